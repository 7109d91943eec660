# The old server makes a key for the way to the new one; its private half never leaves it. Tells `way-key KEY`.
way_close
command -v ssh-keygen > /dev/null || exit 0
mkdir "$home/way"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$home/way/key"
say "way-key $(cut -d ' ' -f 1,2 "$home/way/key.pub")"
