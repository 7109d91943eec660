# Waits until every service of one slot is healthy, from where the proxy stands: the host's own network.
#   LOCK APP ENVIRONMENT SLOT RELEASE TARGET...   (LOCK: the file that our client holds locked; free means it is gone;
#   RELEASE: look at its containers alone; empty: at all of the slot)
# A target is tab separated: service, check (http | tcp | docker | runs), addresses (comma separated), port, host
# header, path, successes in a row, timeout, interval, deadline (seconds).
# Tells on descriptor 3: `healthy SERVICE SECONDS`, or `problem CODE TEXT` and `unhealthy SERVICE`; exit code 1 then.
use strict; use warnings; use IO::Socket::INET; use POSIX ();
open(my $tell, '>&=', 3) or die; $tell->autoflush(1);
my ($lock, $app, $environment, $slot, $release, @targets) = @ARGV;
# The first seconds are probed more often than a running service is: most services are up after one.
my ($quick, $quick_for, $stays_for) = (0.1, 5, 3);
my $ticks = POSIX::sysconf(POSIX::_SC_CLK_TCK());
sub clock { my $t = (POSIX::times())[0]; return $t / $ticks }
my $begin = clock();

my @watch;
for (@targets) {
  my %t; @t{qw(service check addresses port host path successes timeout interval deadline)} = split /\t/, $_, -1;
  push @watch, { %t, address => $_, good => 0, checks => 0, redirects => 0, next => 0, last => 'no answer yet' } for split /,/, $t{addresses} || '-';
}

sub run { open(my $p, '-|', @_) or return ''; local $/; my $out = <$p>; close $p; return defined $out ? $out : '' }
sub containers {
  my %found;
  my @ids = split /\n/, run('docker', 'ps', '-aq', '--no-trunc', map { ('--filter', "label=$_") } "wherry.app=$app", "wherry.environment=$environment", "wherry.slot=$slot", 'com.docker.compose.oneoff=False', $release eq '' ? () : "wherry.release=$release");
  return \%found unless @ids;
  # A container without a health check has no such key, and `.State.Health` would fail for all of them.
  my $format = '{{index .Config.Labels "wherry.service"}} {{.Id}} {{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}} {{.RestartCount}} {{if index .State "Health"}}{{(index .State "Health").Status}}{{else}}none{{end}}';
  for (split /\n/, run('docker', 'inspect', '-f', $format, @ids)) {
    my %c; @c{qw(service id status exit oom restarts health)} = split / /;
    push @{ $found{$c{service}} }, \%c;
  }
  return \%found;
}

sub http {
  my ($t) = @_;
  my $s = IO::Socket::INET->new(PeerAddr => $t->{address}, PeerPort => $t->{port}, Timeout => $t->{timeout}) or return "no connection to port $t->{port}";
  return undef if $t->{check} eq 'tcp';
  # Broken off is an answer too, not the end of this program.
  local $SIG{PIPE} = 'IGNORE';
  print $s "GET $t->{path} HTTP/1.1\r\nHost: $t->{host}\r\nUser-Agent: wherry\r\nAccept: */*\r\nConnection: close\r\n\r\n"; $s->flush;
  my ($head, $end) = ('', clock() + $t->{timeout});
  while ($head !~ /\r?\n\r?\n/) {
    my $left = $end - clock(); my $bits = ''; vec($bits, fileno($s), 1) = 1;
    return "no answer on $t->{path} within $t->{timeout} s" if $left <= 0 || !select($bits, undef, undef, $left);
    last unless sysread($s, $head, 4096, length $head);
  }
  return "no HTTP answer on $t->{path}" unless $head =~ m{^HTTP/\d\S* (\d{3})};
  my $status = $1;
  return undef if $status >= 200 && $status < 300;
  return "$status on $t->{path}" unless $status >= 300 && $status < 400;
  $t->{redirects}++;
  return "$status on $t->{path}" . ($head =~ /^location:\s*(\S+)/im ? " to $1" : '');
}

# The check that the compose file or the image has, run now instead of at its next interval.
sub docker_check {
  my ($c) = @_;
  return undef if $c->{health} eq 'healthy';
  my @test = split /\n/, run('docker', 'inspect', '-f', '{{range .Config.Healthcheck.Test}}{{println .}}{{end}}', $c->{id});
  my $kind = shift @test; return 'its health check is off' unless defined $kind && $kind ne 'NONE';
  my @command = $kind eq 'CMD-SHELL' ? ('/bin/sh', '-c', join "\n", @test) : @test;
  my $pid = fork(); return 'cannot fork' unless defined $pid;
  if (!$pid) { open STDOUT, '>&', \*STDERR; open STDIN, '<', '/dev/null'; exec('timeout', '30', 'docker', 'exec', $c->{id}, @command) or POSIX::_exit(127) }
  waitpid $pid, 0;
  return $? == 0 ? undef : "health check exits with " . ($? >> 8);
}

sub fail { my ($service, $code, $text) = @_; print $tell "problem $code $text\nunhealthy $service\n"; exit 1 }

my ($found, $looked) = (containers(), clock());
while (1) {
  my $time = clock() - $begin;
  if (clock() - $looked > 0.3) {
    exit 70 if system('flock', '-s', '-n', $lock, 'true') == 0;
    ($found, $looked) = (containers(), clock());
  }
  my $waiting = 0;
  for my $t (@watch) {
    my @own = @{ $found->{$t->{service}} || [] };
    for my $c (@own) {
      fail($t->{service}, 'out-of-memory', "$t->{service} was killed: out of memory") if $c->{oom} eq 'true';
      fail($t->{service}, 'crashed', sprintf('%s exited with code %d', $t->{service}, $c->{exit})) if $c->{status} eq 'exited' || $c->{status} eq 'dead' || $c->{status} eq 'restarting' || $c->{restarts} > 0;
    }
    next if $t->{healthy};
    $waiting = 1;
    next if $t->{next} > $time;
    my $why;
    if ($t->{check} eq 'http' || $t->{check} eq 'tcp') { $why = http($t) }
    elsif (!@own) { $why = 'no container' }
    elsif ($t->{check} eq 'docker') { for my $c (@own) { $why = $c->{health} eq 'none' ? undef : docker_check($c); last if defined $why } $why = 'not long enough yet' if !defined $why && $time < $stays_for && grep { $_->{health} eq 'none' } @own }
    else { $why = $own[0]{status} eq 'running' ? undef : $own[0]{status} }
    $t->{checks}++;
    $time = clock() - $begin;
    if (defined $why) { $t->{good} = 0; $t->{last} = $why } else { $t->{good}++; $t->{redirects} = 0 }
    if ($t->{good} >= $t->{successes}) { $t->{healthy} = 1; printf $tell "healthy %s %.2f\n", $t->{service}, $time; next }
    fail($t->{service}, 'redirected', "$t->{service} answers its health check with a redirect: $t->{last}") if $t->{redirects} >= 20;
    fail($t->{service}, 'never-healthy', sprintf('%s never became healthy (%d checks in %d s, last: %s)', $t->{service}, $t->{checks}, $time, $t->{last})) if $time > $t->{deadline};
    $t->{next} = $time + ($time < $quick_for && $t->{interval} > $quick ? $quick : $t->{interval});
  }
  last unless $waiting;
  select undef, undef, undef, 0.02;
}
