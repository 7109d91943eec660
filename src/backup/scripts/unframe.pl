# Takes frames apart that frame.pl made, up to their end and not a byte further: what follows is somebody else's.
use strict; use warnings;
binmode STDIN; binmode STDOUT; $| = 1;
sub bytes {
  my ($wanted) = @_;
  my $bytes = '';
  while (length $bytes < $wanted) { sysread(STDIN, $bytes, $wanted - length $bytes, length $bytes) or exit 1 }
  return $bytes;
}
while (my $length = unpack 'N', bytes(4)) { print bytes($length) or exit 1 }
