# Copies standard input to standard output in frames: four bytes of length, so many bytes; a length of 0 is the end.
use strict; use warnings;
binmode STDIN; binmode STDOUT; $| = 1;
while (my $length = sysread STDIN, my $bytes, 65536) { print pack('N', $length) . $bytes or exit 1 }
print pack('N', 0) or exit 1;
