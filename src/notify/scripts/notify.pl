# Writes to the channels of the file HOME/notify, see file.ts.
#   HOME APP ENVIRONMENT EVENT TITLE TEXT
# Tells on standard output, a line each: `notified KIND`, `notify-failed KIND REASON`.
# Addresses and passwords reach curl on its standard input: in its arguments everybody on the server could read them.
use strict; use warnings;
my ($home, $app, $environment, $event, $title, $text) = @ARGV;

my (@channels, $channel);
open(my $file, '<', "$home/notify") or exit 0;
while (<$file>) {
  chomp;
  my ($field, $value) = split / /, $_, 2;
  if ($field eq 'channel') { push @channels, $channel = { kind => $value } } elsif ($channel) { $channel->{$field} = $value }
}

# Bytes above 127 are UTF-8 already, and stay.
sub json { my ($s) = @_; $s =~ s/(["\\])/\\$1/g; $s =~ s/\n/\\n/g; $s =~ s/\r/\\r/g; $s =~ s/\t/\\t/g; $s =~ s/([\x00-\x1f])/sprintf '\\u%04x', ord $1/ge; return qq("$s") }
# Slack reads <...> as links and mentions.
sub plain { my ($s) = @_; $s =~ s/&/&amp;/g; $s =~ s/</&lt;/g; $s =~ s/>/&gt;/g; return $s }
sub short { my ($s, $length) = @_; return length $s > $length ? substr($s, 0, $length - 3) . '...' : $s }
sub now { my @t = gmtime; return sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0] }

my %body = (
  slack => sub { '{"text":' . json('*' . plain($title) . "*\n" . plain($text)) . '}' },
  discord => sub { '{"content":' . json(short("**$title**\n$text", 1900)) . ',"allowed_mentions":{"parse":[]}}' },
  teams => sub {
    my $block = sub { '{"type":"TextBlock","wrap":true,' . ($_[1] ? '"weight":"Bolder",' : '') . '"text":' . json($_[0]) . '}' };
    '{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":{'
      . '"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","body":['
      . $block->($title, 1) . ',' . $block->($text, 0) . ']}}]}';
  },
  telegram => sub { '{"chat_id":' . json($_[0]{chat}) . ',"text":' . json(short("$title\n$text", 4000)) . ',"disable_web_page_preview":true}' },
  webhook => sub {
    my %fields = (event => $event, app => $app, environment => $environment, title => $title, text => $text, at => now());
    '{"version":1,' . join(',', map { json($_) . ':' . json($fields{$_}) } sort keys %fields) . '}';
  },
);

# A line of curl's configuration.
sub setting { my ($name, $value) = @_; return "$name\n" unless defined $value; $value =~ s/(["\\])/\\$1/g; $value =~ s/\n/\\n/g; $value =~ s/\r/\\r/g; $value =~ s/\t/\\t/g; return qq($name = "$value"\n) }

sub curl {
  my (@settings) = @_;
  my ($in, $out) = ("$home/notify.$$.config", "$home/notify.$$.answer");
  my $old = umask 077;
  open(my $config, '>', $in) or return (0, "$!"); print $config @settings; close $config;
  umask $old;
  my $status = system('sh', '-c', 'curl --config - < "$1" > "$2" 2>&1', 'sh', $in, $out) >> 8;
  open(my $answer, '<', $out); local $/; my $said = <$answer>; close $answer; unlink $in, $out;
  $said = '' unless defined $said; $said =~ s/\s+/ /g;
  return ($status == 0, short($said, 300));
}

# All at once: one that does not answer must not hold up the others, nor the deployment that tells.
for my $c (@channels) {
  next unless $event eq 'test' || grep { $_ eq $event } split / /, $c->{on} || '';
  my $child = fork;
  next if $child;
  my @common = (map { setting($_) } qw(silent show-error fail-with-body), setting('max-time', 10), setting('retry', 1), setting('retry-max-time', 20));
  my ($good, $said);
  if ($c->{kind} eq 'email') {
    my $mail = "$home/notify.$$.mail";
    (my $subject = $title) =~ s/[\r\n]+/ /g;
    my $head = join '', map { "$_\r\n" } "From: $c->{from}", 'To: ' . join(', ', split / /, $c->{to}), 'Subject: =?utf-8?Q?' . join('', map { /[A-Za-z0-9]/ ? $_ : sprintf '=%02X', ord } split //, $subject) . '?=', 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '';
    (my $lines = $text) =~ s/\r?\n/\r\n/g;
    open(my $m, '>', $mail) or exit 0; print $m "$head$lines\r\n"; close $m;
    my @login = defined $c->{password} && defined $c->{user} ? (setting('user', "$c->{user}:$c->{password}"), $c->{server} =~ /^smtp:/ ? setting('ssl-reqd') : ()) : ();
    ($good, $said) = curl(@common, setting('url', $c->{server}), setting('mail-from', $c->{from}), (map { setting('mail-rcpt', $_) } split / /, $c->{to}), setting('upload-file', $mail), @login);
    unlink $mail;
  } else {
    my $url = $c->{kind} eq 'telegram' ? "$c->{api}/bot$c->{token}/sendMessage" : $c->{url};
    ($good, $said) = curl(@common, setting('url', $url), setting('header', 'content-type: application/json'), setting('data', $body{ $c->{kind} }->($c)));
  }
  # What curl says of an error may have the address in it.
  for my $secret (grep { defined } @$c{qw(url token password)}) { $said =~ s/\Q$secret\E/[redacted]/g }
  # One write for a line: those of others must not come between.
  syswrite STDOUT, $good ? "notified $c->{kind}\n" : "notify-failed $c->{kind} $said\n";
  exit 0 if defined $child;
}
1 while wait != -1;
