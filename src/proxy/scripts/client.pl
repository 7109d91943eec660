# Talks to HAProxy's master sockets: to that of the proxy that serves, and to those of proxies that are ending after an
# upgrade, which lie beside it in folders of their own and may still get a request on a connection that was idle.
#   SOCKET say COMMAND...            each command to every process; prints what the one that serves now answers
#   SOCKET drain SECONDS BACKEND...  (pairs) waits until no process has a request on a back end, so many seconds at most;
#                                    prints `drained BACKEND LEFT` for each
#   SOCKET close BACKEND...          closes what is left
#   SOCKET certificate PATH FILE     gives the one that serves a certificate: its path in the container, its file here
#   SOCKET map PATH FILE             makes a map of the one that serves what its file says
#   SOCKET reload                    reloads and waits for the answer; exit code 1 when the new configuration failed
use strict; use warnings; use IO::Socket::UNIX; use Fcntl ':flock'; use File::Glob ':bsd_glob';
my ($socket, $verb, @rest) = @ARGV;

# A master refuses connections for a moment while it starts or reloads.
sub reach {
  my ($master, $problem) = @_;
  for (1 .. 20) {
    my $s = IO::Socket::UNIX->new(Peer => $master);
    return $s if $s;
    $problem = $!;
    return if $master ne $socket;
    select undef, undef, undef, 0.05;
  }
  die "the proxy does not answer: $problem\n";
}

# A master that is just starting takes a connection and may never answer on it (measured): ask again.
sub ask {
  my ($line, $master) = @_;
  for my $attempt (1 .. 5) {
    my $s = reach($master || $socket) or return '';
    print $s "$line\n"; $s->flush; shutdown($s, 1);
    my $answer = eval {
      local $SIG{ALRM} = sub { die };
      alarm($line eq 'reload' ? 60 : 3);
      local $/; my $text = <$s>; alarm 0; defined $text ? $text : '';
    };
    next unless defined $answer;
    $answer =~ s/^\s*\n|\n\s*$//g;
    return $answer;
  }
  die "the proxy does not answer\n";
}

sub content { my ($file) = @_; open(my $f, '<', $file) or die "$file: $!\n"; local $/; my $text = <$f>; return defined $text ? $text : '' }

sub masters {
  my ($folder) = $socket =~ m{^(.*)/};
  my $current = readlink "$folder/current";
  return ($socket, grep { !defined $current || $_ ne "$folder/$current/master.sock" } glob("$folder/[0-9]*/master.sock"));
}

# Old processes finish their requests after a reload; what they still have counts too.
sub workers {
  my @workers;
  for my $master (masters()) {
    for (split /\n/, ask('show proc', $master)) { push @workers, [$1, $master] if /^(\d+)\s+worker/ }
  }
  return @workers;
}

sub old_workers {
  my ($old, @workers) = (0);
  for (split /\n/, ask('show proc')) { $old = 1 if /^# old workers/; push @workers, [$1, $socket] if $old && /^(\d+)\s+worker/ }
  return (@workers, grep { $_->[1] ne $socket } workers());
}

sub in_flight {
  my %sum;
  for (workers()) {
    my ($pid, $master) = @$_;
    for (split /\n/, ask("\@!$pid show stat", $master)) {
      my @f = split /,/; $sum{$f[0]} += $f[4] + $f[2] if @f > 5 && $f[1] eq 'BACKEND';
    }
  }
  return \%sum;
}

sub close_all {
  my ($backend) = @_;
  for (workers()) {
    my ($pid, $master) = @$_;
    for (split /\n/, ask("\@!$pid show servers state $backend", $master)) {
      my @f = split / /;
      ask("\@!$pid shutdown sessions server $backend/$f[3]", $master) if @f > 4 && $f[1] eq $backend;
    }
  }
}

if ($verb eq 'say') {
  my @old = old_workers();
  for my $command (@rest) {
    my $answer = ask("\@1 $command"); print "$answer\n" if $answer =~ /\S/;
    ask("\@!$_->[0] $command", $_->[1]) for @old;
  }
} elsif ($verb eq 'reload') {
  my $answer;
  # One after the other: a reload cuts off the answer to the one before, and who asks again then cuts off its own (measured).
  open(my $folder, '<', $socket =~ m{^(.*)/}) or die "$socket: $!\n"; flock($folder, LOCK_EX);
  # It takes no reload while it starts, or while one goes on; one that fails for its configuration fails at once.
  for (1 .. 100) {
    $answer = ask('reload');
    last if $answer =~ /Success=/ && $answer !~ /reload is still in progress/;
    select undef, undef, undef, 0.1;
  }
  print "$answer\n";
  exit($answer =~ /Success=1/ ? 0 : 1);
} elsif ($verb eq 'certificate') {
  my ($path, $file) = @rest;
  my $list = '/wherry/certificates/list.txt';
  # An empty line ends the text for HAProxy.
  (my $pem = content($file)) =~ s/\n+/\n/g;
  ask("\@1 new ssl cert $path") unless ask("\@1 show ssl cert $path") =~ /^Filename:/m;
  ask("\@1 set ssl cert $path <<\n$pem");
  my $done = ask("\@1 commit ssl cert $path");
  die "the proxy refused $path: $done\n" unless $done =~ /Success/;
  ask("\@1 add ssl crt-list $list $path") unless ask("\@1 show ssl crt-list $list") =~ /^\Q$path\E(\s|$)/m;
} elsif ($verb eq 'map') {
  my ($map, $file) = @rest;
  my %have = map { (split / /)[1, 2] } grep { /^0x/ } split /\n/, ask("\@1 show map $map");
  my %want = map { (split / /, $_, 2) } grep { /\S/ } split /\n/, content($file);
  for (keys %want) { ask("\@1 " . (exists $have{$_} ? 'set' : 'add') . " map $map $_ $want{$_}") if !exists $have{$_} || $have{$_} ne $want{$_} }
  for (keys %have) { ask("\@1 del map $map $_") unless exists $want{$_} }
} elsif ($verb eq 'close') {
  close_all($_) for @rest;
} elsif ($verb eq 'drain') {
  my $begin = time; my %limit = reverse @rest;
  while (%limit) {
    my $sum = in_flight();
    for my $backend (keys %limit) {
      my $left = $sum->{$backend} || 0;
      next if $left > 0 && time - $begin < $limit{$backend};
      print "drained $backend $left\n"; delete $limit{$backend};
    }
    select undef, undef, undef, 0.05 if %limit;
  }
}
