# ENDING [PIPE]: copies standard input to standard output, or what comes in PIPE until its writers have ended; then standard
# input only says that somebody is there, and `way-bytes COUNT` is told on descriptor 3. When whoever wanted the data is gone,
# which the end of that or the file ENDING says, there are a few seconds for what is on its way.
use strict; use warnings; use Fcntl; use IO::Select;
my ($ending, $path) = @ARGV;
my $data = \*STDIN;
if (defined $path) { undef $data; sysopen($data, $path, O_RDONLY | O_NONBLOCK) or die "$path: $!\n" }
my $sources = IO::Select->new($data, defined $path ? \*STDIN : ());
my ($bytes, $until) = (0);
while (!defined $until || time < $until) {
  $until = time + 5 if !defined $until && -e $ending;
  for my $source ($sources->can_read(1)) {
    my $count = sysread($source, my $read, 1 << 16);
    next unless defined $count;
    if ($source != $data) {
      if ($count == 0) { $until //= time + 5; $sources->remove($source) }
      next;
    }
    if ($count == 0) {
      if (defined $path) { open(my $told, '>&=', 3); print $told "way-bytes $bytes\n" }
      exit;
    }
    $bytes += $count;
    for (my $at = 0; $at < $count;) { $at += syswrite(STDOUT, $read, $count - $at, $at) // exit 1 }
  }
}
exit 1;
