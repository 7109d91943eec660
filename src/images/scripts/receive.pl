# Writes what arrives on standard input (see frames.ts) below a folder, and reads not one byte more. Every frame is written
# as it comes, so that a transfer that is cut goes on where it was. The names of the files end up in the file `list`.
use strict;
use warnings;

my ($folder) = @ARGV;
my ($path, $size, $file, $unpack, @list);

sub take {
  my ($length) = @_;
  my $bytes = '';
  while (length $bytes < $length) {
    # A network that is cut in silence is no end of file: sshd would keep us waiting for hours.
    my $ready = ''; vec($ready, fileno(STDIN), 1) = 1;
    die "the transfer was cut\n" if !select($ready, undef, undef, 30);
    my $count = sysread(STDIN, $bytes, $length - length $bytes, length $bytes);
    next if !defined $count && $!{EINTR};
    die "cannot read: $!\n" if !defined $count;
    die "the transfer was cut\n" if $count == 0;
  }
  return $bytes;
}

# perl-base has no zlib; gzip takes member after member.
sub unpacker {
  my $pid = open(my $pipe, '|-') // die "cannot start gzip: $!\n";
  if ($pid == 0) {
    open(STDOUT, '>&', $file) or die "cannot write: $!\n";
    exec 'gzip', '-dc' or die "gzip: $!\n";
  }
  binmode $pipe;
  return $pipe;
}

sub finish {
  return if !defined $path;
  if (defined $unpack) { close $unpack or die "$path: gzip failed\n"; }
  close $file or die "$path: $!\n";
  my $have = -s "$folder/$path" // 0;
  die "$path has $have bytes instead of $size\n" if $have != $size;
  push @list, $path;
  ($path, $unpack) = ();
}

for (;;) {
  my ($letter, $length) = unpack 'aN', take(5);
  my $content = take($length);
  if ($letter eq 'F') {
    finish();
    ($path, my $offset, $size) = $content =~ m{^(blobs/sha256/[0-9a-f]{64}|[a-z-]+(?:\.json)?) (\d+) (\d+)$} or die "bad frame\n";
    open $file, '>>', "$folder/$path" or die "$path: $!\n";
    die "$path is shorter than it was\n" if (-s $file) < $offset;
    truncate $file, $offset or die "$path: $!\n";
  } elsif ($letter eq 'Z') {
    $unpack //= unpacker();
    print {$unpack} $content or die "$path: gzip failed\n";
  } elsif ($letter eq 'E') {
    finish();
    last;
  } else {
    die "bad frame\n";
  }
}
open my $names, '>', "$folder/list" or die "list: $!\n";
print {$names} map { "$_\n" } @list;
close $names or die "list: $!\n";
