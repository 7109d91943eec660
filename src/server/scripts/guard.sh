# Holds the lock of an environment for as long as the client is there: it sends a line every few seconds. The kernel
# frees the lock when this shell ends, so that nobody ever has to.
#   $1 deployment   $2 holder (JSON, one line)
deployment=$1
shift
mkdir -p "$home/releases" "$home/slots" "$home/incoming" "$state/networks"
exec 9>>"$home/lock"
# `ending`: the client of the holder is gone, and its last step is coming to its end; that is worth a wait.
if ! flock -w 1 9 && ! { [ -e "$home/ending" ] && flock -w 60 9; }; then
  say "held $(cat "$home/lock.json" 2>/dev/null || echo '{}')"
  say "held-step $(cat "$home/step" 2>/dev/null)"
  exit 7
fi
rm -f "$home/ending"

# Writes the ledger line of a deployment whose client did not finish it.
settle() { [ ! -e "$home/running.json" ] || record_line "$(cat "$home/running.json")"; }

settle
rm -f "$home/step" "$home/at-traffic" "$home/at-verified" "$home/wish"
printf '%s\n' "$1" | put "$home/lock.json"
printf '%s' "$deployment" | put "$home/holder"
# The next client must not start while a step of the last one still runs.
exec 8>>"$home/busy"
flock -w 60 8 || { say "held $(cat "$home/lock.json")"; exit 7; }
exec 8>&-
# A move to or from here, whose client is gone: what serves goes on serving.
settle_move
settle_copies
[ -e "$state/reserve" ] || head -c 262144 /dev/zero > "$state/reserve" || :
[ -e "$home/salt" ] || head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' | put "$home/salt"
say locked
tell_state
say ready

while :; do
  beat=$(timeout 20 sh -c 'IFS= read -r line && printf %s "$line"') || beat=
  case $beat in
    done)
      # Whoever says goodbye may have failed to let this server serve again.
      [ ! -e "$home/moving" ] || settle_move
      # What was still ending when this began may have ended.
      settle_copies
      rm -f "$home/lock.json" "$home/holder" "$home/step"
      # Left by remove.sh. Data that the user keeps keeps its folder.
      if [ -e "$home/removed" ]; then
        rm -rf "$proxy/apps/$app-$environment"
        if [ -d "$home/data" ]; then rm -f "$home/removed" "$home/lock" "$home/busy"; else rm -rf "$home"; fi
        rmdir "$state/apps/$app" 2>/dev/null || :
      fi
      exit 0
      ;;
    '') break ;;
  esac
done
: > "$home/ending"
# Steps look for the lock between two steps; ours is let go only when the last one has ended.
rm -f "$home/holder"
flock "$home/busy" true
settle_move
settle_copies
# Nobody else would tell the load balancer that requests may come again.
if [ -e "$home/leaving" ]; then
  rm -f "$home/leaving"
  (flock 7; tell_health "$(cat "$home/balancer")") 7>> "$proxy/lock"
fi
settle
rm -f "$home/lock.json" "$home/step" "$home/ending"
