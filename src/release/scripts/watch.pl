# Judges a release by the requests that it answered, beside those of the live one at the same time.
#   HOME APP ENVIRONMENT DEPLOYMENT SLOT KEY=VALUE...
# Keys: seconds, wait (longer, when too little is known), min (requests), errors (share), latency (ms, 0: no limit), restarts,
# inconclusive (pause | promote | rollback), breach (rollback | pause), share (for the words), new and old (back ends; again
# for each), check (tab separated: url URL | command SERVICE WORD... | prometheus MAX ADDRESS QUERY).
# Tells on descriptor 3: `watched ...` now and then, at the end `judgement JSON`, and `problem CODE TEXT` where it is not a
# pass. Exit codes: 0 go on, 1 the requests go back, 75 stay as it is, 70 our client is gone.
# The figures come from the proxy's log: its counters start again at each reload, and it has no percentiles.
use strict; use warnings; use POSIX ();
open(my $tell, '>&=', 3) or die; $tell->autoflush(1);
my ($home, $app, $environment, $deployment, $slot, @settings) = @ARGV;
my (%set, %side, @checks);
for (@settings) {
  my ($key, $value) = split /=/, $_, 2;
  if ($key eq 'new' || $key eq 'old') { $side{$value} = $key }
  elsif ($key eq 'check') { push @checks, { words => [split /\t/, $value, -1], bad => 0, good => 0, next => 0, last => 'was not run' } }
  else { $set{$key} = $value }
}
my $ticks = POSIX::sysconf(POSIX::_SC_CLK_TCK());
sub clock { my $t = (POSIX::times())[0]; return $t / $ticks }
my $begin = clock();
my %sum = map { $_ => { requests => 0, errors => 0, slow => {} } } qw(new old);
my (%down, %restarts, $out_of_memory, $stopped);

# Percentiles from a histogram with steps of 2 %: two hours of requests fit in it.
sub bucket { my ($ms) = @_; return $ms < 1 ? 0 : int(log($ms) / log(1.02)) + 1 }
sub p95 {
  my ($s) = @_; return undef unless $s->{requests};
  my ($rank, $seen) = (0.95 * $s->{requests}, 0);
  for my $b (sort { $a <=> $b } keys %{ $s->{slow} }) { $seen += $s->{slow}{$b}; return $b == 0 ? 0 : int(1.02 ** $b + 0.5) if $seen >= $rank }
}

# The proxy's log, followed; opened again when its container was replaced: the one before goes on for as long as its
# WebSockets do.
my ($log, $pid, $rest, $number) = (undef, undef, '', '');
sub proxy_number { my $n = readlink "$home/../../../proxy/run/current"; return defined $n ? $n : '' }
sub open_log {
  $number = proxy_number();
  my ($proxy) = run('docker', 'ps', '-q', '--filter', 'label=wherry.role=proxy', '--filter', 'label=wherry.number=' . ($number || 0)) =~ /^(\w+)/ or return;
  $pid = open($log, '-|', 'sh', '-c', 'exec docker logs --follow --tail 0 "$1" 2> /dev/null', 'sh', $proxy) or $log = undef;
}
END { kill 'TERM', $pid if $pid }
sub read_log {
  my ($patience) = @_;
  open_log() unless $log;
  return select(undef, undef, undef, $patience) unless $log;
  my $bits = ''; vec($bits, fileno($log), 1) = 1;
  return unless select($bits, undef, undef, $patience) > 0;
  if (!sysread($log, $rest, 262144, length $rest)) { kill 'TERM', $pid; close $log; ($log, $pid, $rest) = (undef, undef, ''); return }
  while ($rest =~ s/^(.*)\n//) {
    my $line = $1;
    if ($line =~ /"status": ?(\d+), ?"ms": ?(\d+), ?"backend": ?"([^"]*)"/) {
      my $which = $side{$3} or next;
      my $s = $sum{$which};
      $s->{requests}++; $s->{errors}++ if $1 >= 500; $s->{slow}{ bucket($2) }++;
    } elsif ($line =~ m{Server (\S+)/(\S+) is (DOWN|UP)(?:, reason: ([^,]*))?}) {
      next unless ($side{$1} || '') eq 'new';
      if ($3 eq 'DOWN') { $down{"$1/$2"} = $4 } else { delete $down{"$1/$2"} }
    }
  }
}

sub run { open(my $p, '-|', @_) or return ''; local $/; my $out = <$p>; close $p; return defined $out ? $out : '' }
sub filters { return map { ('--filter', "label=$_") } "wherry.app=$app", "wherry.environment=$environment", "wherry.slot=$slot", 'com.docker.compose.oneoff=False', @_ }
sub look_at_containers {
  my @ids = split /\n/, run('docker', 'ps', '-aq', '--no-trunc', filters());
  my $format = '{{index .Config.Labels "wherry.service"}} {{.Name}} {{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}} {{.RestartCount}} {{if index .State "Health"}}{{(index .State "Health").Status}}{{else}}none{{end}}';
  for (@ids ? split(/\n/, run('docker', 'inspect', '-f', $format, @ids)) : ()) {
    my ($service, $name, $status, $code, $oom, $restarts, $health) = split / /;
    $out_of_memory = $service if $oom eq 'true';
    $stopped = "$service exited with code $code" if $status eq 'exited' || $status eq 'dead';
    $restarts{$name} = [$service, $restarts];
    if ($health eq 'unhealthy') { $down{$name} = "the health check of $service fails" } else { delete $down{$name} }
  }
}

# Undefined: good; else what is wrong. `unknown` counts as no answer, never as a good one.
sub ask {
  my ($c) = @_;
  my ($kind, @words) = @{ $c->{words} };
  return 'unknown: curl is not on the server' if $kind ne 'command' && system('sh', '-c', 'command -v curl > /dev/null') != 0;
  if ($kind eq 'url') {
    my $code = run('curl', '-sS', '-o', '/dev/null', '-m', '5', '-w', '%{http_code}', '--', $words[0]);
    return $code =~ /^2/ ? undef : "$words[0] answers " . ($code eq '000' || $code eq '' ? 'nothing' : $code);
  }
  if ($kind eq 'command') {
    my ($service, @command) = @words;
    my ($id) = run('docker', 'ps', '-q', filters("wherry.service=$service")) =~ /^(\w+)/ or return "unknown: $service does not run";
    my $child = fork(); return 'unknown: cannot fork' unless defined $child;
    if (!$child) { open STDOUT, '>&', \*STDERR; open STDIN, '<', '/dev/null'; exec('timeout', '10', 'docker', 'exec', $id, @command) or POSIX::_exit(127) }
    waitpid $child, 0;
    return $? == 0 ? undef : "$command[0] in $service exits with " . ($? >> 8);
  }
  my ($max, $address, $query) = @words;
  my $answer = run('curl', '-sS', '-m', '5', '-G', '--data-urlencode', "query=$query", '--', "$address/api/v1/query");
  return "unknown: $address has no number for $query" unless $answer =~ /"value":\[[^,]*,"([-+0-9.eE]+)"\]/;
  return $1 > $max ? "$query is $1, more than $max" : undef;
}
sub run_checks {
  for my $c (@checks) {
    next if clock() < $c->{next};
    my $wrong = ask($c);
    $c->{next} = clock() + 5;
    if (!defined $wrong) { $c->{bad} = 0; $c->{good}++; next }
    $c->{last} = $wrong;
    $c->{bad}++ if $wrong !~ /^unknown/;
  }
}

# How likely so many errors or more are when the true share is just the limit. Below 5 % it is no accident.
sub by_chance {
  my ($k, $n, $p) = @_;
  return 0 if $p <= 0 && $k > 0;
  return 1 if $k == 0;
  my ($term, $below) = (exp($n * log(1 - $p)), 0);
  for my $i (0 .. $k - 1) { $below += $term; $term *= ($n - $i) / ($i + 1) * $p / (1 - $p) }
  return 1 - $below;
}
sub share { my ($s) = @_; return $s->{requests} ? $s->{errors} / $s->{requests} : 0 }
sub percent { return sprintf('%.1f %%', 100 * $_[0]) }

# `fail` and why, `unsure` and why, or `good`.
sub judge {
  return ('fail', "$out_of_memory was killed: out of memory") if defined $out_of_memory;
  return ('fail', $stopped) if defined $stopped;
  for (sort keys %restarts) { my ($service, $count) = @{ $restarts{$_} }; return ('fail', "$service was restarted $count " . ($count == 1 ? 'time' : 'times')) if $count > $set{restarts} }
  for (sort keys %down) { return ('fail', "$_ is not healthy any more: $down{$_}") }
  for (@checks) { return ('fail', $_->{last}) if $_->{bad} >= 2 }
  my ($new, $old) = @sum{qw(new old)};
  return ('unsure', "$new->{requests} requests, fewer than $set{min}") if $new->{requests} < $set{min};
  my $compared = $old->{requests} >= $set{min};
  if (share($new) > $set{errors}) {
    my $text = sprintf('%s of %d answers are errors, more than %s', percent(share($new)), $new->{requests}, percent($set{errors}));
    return ('unsure', "$text, but so are " . percent(share($old)) . ' of the live release') if $compared && share($new) <= 1.5 * share($old);
    return ('fail', $text . ($compared ? ' (live release: ' . percent(share($old)) . ')' : '')) if by_chance($new->{errors}, $new->{requests}, $set{errors}) < 0.05;
    return ('unsure', "$text, which may be chance");
  }
  my ($slow, $was) = (p95($new), p95($old));
  if ($set{latency} > 0 && $slow > $set{latency}) {
    my $text = sprintf('95 %% of %d answers take up to %d ms, more than %d', $new->{requests}, $slow, $set{latency});
    return ('unsure', "$text, but so does the live release ($was ms)") if $compared && $slow <= 1.2 * $was;
    return ('fail', $text . ($compared ? " (live release: $was ms)" : ''));
  }
  for (@checks) { return ('unsure', $_->{last}) unless $_->{good} }
  return ('good', sprintf('%d requests, %s errors', $new->{requests}, percent(share($new))));
}

sub quoted { my ($text) = @_; $text =~ s/(["\\])/\\$1/g; $text =~ s/[\x00-\x1f]/ /g; return qq("$text") }
sub figures { my ($s) = @_; my $p = p95($s); return sprintf('{"requests":%d,"errors":%d,"p95":%s}', $s->{requests}, $s->{errors}, defined $p ? $p : 'null') }
sub end_with {
  my ($verdict, $reason, $code, $exit) = @_;
  my $time = clock() - $begin;
  printf $tell "judgement {\"verdict\":%s,\"reason\":%s,\"share\":%s,\"seconds\":%.1f,\"new\":%s,\"old\":%s}\n", quoted($verdict), quoted($reason), $set{share}, $time, figures($sum{new}), figures($sum{old});
  if ($exit) {
    print $tell "problem $code $reason\n";
    if (open(my $f, '>', "$home/verdict")) { print $f "$code $reason\n"; close $f }
  }
  exit $exit;
}
sub content { my ($name) = @_; open(my $f, '<', "$home/$name") or return ''; my $text = <$f>; close $f; return defined $text ? $text =~ s/\s+\z//r : '' }

my ($looked, $told) = (0, $begin);
while (1) {
  read_log(0.2);
  my $time = clock() - $begin;
  my $wish = content('wish');
  if ($wish =~ /^(abort|pause|promote|full)\b ?(.*)/) {
    my ($what, $who) = ($1, $2 ne '' ? " by $2" : '');
    unlink "$home/wish" unless $what eq 'full';
    end_with('aborted', "aborted$who", 'aborted', 1) if $what eq 'abort';
    end_with('paused', "paused$who", 'paused', 75) if $what eq 'pause';
    end_with('promoted', "promoted$who", '', 0);
  }
  if (clock() - $looked >= 1) {
    # The guard of the lock takes this file away when its client is gone, and waits for us.
    exit 70 if content('holder') ne $deployment;
    if ($log && proxy_number() ne $number) { kill 'TERM', $pid; close $log; ($log, $pid, $rest) = (undef, undef, '') }
    look_at_containers();
    run_checks();
    $looked = clock();
  }
  my ($state, $reason) = judge();
  if ($state eq 'fail') {
    end_with('fail', $reason, 'breach', 1) if $set{breach} eq 'rollback';
    end_with('fail', $reason, 'breach-paused', 75);
  }
  if (clock() - $told >= 10) {
    $told = clock();
    printf $tell "watched %d s: %d requests, %d errors (live release: %d, %d)\n", $time, $sum{new}{requests}, $sum{new}{errors}, $sum{old}{requests}, $sum{old}{errors};
  }
  next if $time < $set{seconds};
  end_with('pass', $reason, '', 0) if $state eq 'good';
  next if $time < $set{seconds} + $set{wait};
  end_with('inconclusive', $reason, '', 0) if $set{inconclusive} eq 'promote';
  end_with('inconclusive', $reason, 'breach', 1) if $set{inconclusive} eq 'rollback';
  end_with('inconclusive', $reason, 'inconclusive', 75);
}
