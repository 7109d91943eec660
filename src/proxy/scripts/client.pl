# Talks to HAProxy's master socket.
#   SOCKET say COMMAND...            each command to the process that serves now; prints what it answers
#   SOCKET drain SECONDS BACKEND...  (pairs) waits until no process has a request on a back end, so many seconds at most,
#                                    then closes what is left; prints `drained BACKEND LEFT` for each
#   SOCKET reload                    reloads and waits for the answer; exit code 1 when the new configuration failed
use strict; use warnings; use IO::Socket::UNIX;
my ($socket, $verb, @rest) = @ARGV;

sub ask {
  my ($line) = @_;
  my $s = IO::Socket::UNIX->new(Peer => $socket) or die "the proxy does not answer: $!\n";
  print $s "$line\n"; $s->flush; shutdown($s, 1);
  local $/; my $answer = <$s>; $answer = '' unless defined $answer;
  $answer =~ s/^\s*\n|\n\s*$//g;
  return $answer;
}

# Old processes finish their requests after a reload; what they still have counts too.
sub workers {
  my @pids;
  for (split /\n/, ask('show proc')) { push @pids, $1 if /^(\d+)\s+worker/ }
  return @pids;
}

sub old_workers {
  my ($old, @pids) = (0);
  for (split /\n/, ask('show proc')) { $old = 1 if /^# old workers/; push @pids, $1 if $old && /^(\d+)\s+worker/ }
  return @pids;
}

sub in_flight {
  my %sum;
  for my $pid (workers()) {
    for (split /\n/, ask("\@!$pid show stat")) {
      my @f = split /,/; $sum{$f[0]} += $f[4] + $f[2] if @f > 5 && $f[1] eq 'BACKEND';
    }
  }
  return \%sum;
}

sub close_all {
  my ($backend) = @_;
  for my $pid (workers()) {
    for (split /\n/, ask("\@!$pid show servers state $backend")) {
      my @f = split / /;
      ask("\@!$pid shutdown sessions server $backend/$f[3]") if @f > 4 && $f[1] eq $backend;
    }
  }
}

if ($verb eq 'say') {
  # Old processes too: a connection that was idle at a reload sends its next request there.
  my @old = old_workers();
  for my $command (@rest) {
    my $answer = ask("\@1 $command"); print "$answer\n" if $answer =~ /\S/;
    ask("\@!$_ $command") for @old;
  }
} elsif ($verb eq 'reload') {
  my $answer = ask('reload');
  print "$answer\n";
  exit($answer =~ /Success=1/ ? 0 : 1);
} elsif ($verb eq 'drain') {
  my $begin = time; my %limit = reverse @rest;
  while (%limit) {
    my $sum = in_flight();
    for my $backend (keys %limit) {
      my $left = $sum->{$backend} || 0;
      next if $left > 0 && time - $begin < $limit{$backend};
      close_all($backend) if $left > 0;
      print "drained $backend $left\n"; delete $limit{$backend};
    }
    select undef, undef, undef, 0.05 if %limit;
  }
}
