# Gives the running proxy a certificate, or a map as its file has it, through the master socket. Keys never are arguments.
#   SOCKET PATH-IN-THE-CONTAINER FILE
#   SOCKET map PATH-IN-THE-CONTAINER FILE
use strict; use warnings; use IO::Socket::UNIX;
my ($socket, @rest) = @ARGV;

sub ask {
  my ($text) = @_;
  my $s = IO::Socket::UNIX->new(Peer => $socket) or die "the proxy does not answer: $!\n";
  print $s $text; $s->flush; shutdown($s, 1);
  local $/; my $answer = <$s>; return defined $answer ? $answer : '';
}
sub content { my ($file) = @_; open(my $f, '<', $file) or die "$file: $!\n"; local $/; my $text = <$f>; return defined $text ? $text : '' }

if ($rest[0] eq 'map') {
  my (undef, $map, $file) = @rest;
  my %have = map { (split / /)[1, 2] } grep { /^0x/ } split /\n/, ask("\@1 show map $map\n");
  my %want = map { (split / /, $_, 2) } grep { /\S/ } split /\n/, content($file);
  for (keys %want) { ask("\@1 " . (exists $have{$_} ? 'set' : 'add') . " map $map $_ $want{$_}\n") if !exists $have{$_} || $have{$_} ne $want{$_} }
  for (keys %have) { ask("\@1 del map $map $_\n") unless exists $want{$_} }
  exit;
}

my ($path, $file) = @rest;
my $list = '/wherry/certificates/list.txt';
(my $pem = content($file)) =~ s/\n+/\n/g;
my $known = ask("\@1 show ssl cert $path\n") =~ /^Filename:/m;
ask("\@1 new ssl cert $path\n") unless $known;
ask("\@1 set ssl cert $path <<\n$pem\n");
my $done = ask("\@1 commit ssl cert $path\n");
die "the proxy refused $path: $done\n" unless $done =~ /Success/;
my $listed = ask("\@1 show ssl crt-list $list\n");
ask("\@1 add ssl crt-list $list $path\n") unless $listed =~ /^\Q$path\E(\s|$)/m;
