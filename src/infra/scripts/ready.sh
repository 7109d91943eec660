# Waits until the first boot is through, and says how it went: exit code of cloud-init, then what it says.
#   0 good, 2 good with warnings, anything else: not
# Where nothing failed but the commands of its user data - the volume came late, a mirror was away - they are run once more:
# cloud-init keeps them, and they leave alone what is done. https://docs.cloud-init.io/en/latest/howto/rerun_cloud_init.html
set -u
if [ "$(id -u)" = 0 ]; then as_root() { "$@"; }; else as_root() { sudo -n "$@"; }; fi
volumes=/var/lib/docker/volumes
# Docker lets nobody but root look below its folder.
mounted() { ! grep -qs " $volumes " /etc/fstab || as_root mountpoint -q "$volumes"; }
only_commands_failed() {
  python3 - /run/cloud-init/result.json << 'EOF' 2> /dev/null
import json, sys
errors = json.load(open(sys.argv[1]))["v1"]["errors"]
sys.exit(not errors or any("scripts_user" not in error.replace("-", "_") for error in errors))
EOF
}
status=0
cloud-init status --wait > /dev/null 2>&1 || status=$?
said="$(cloud-init status --long 2>&1)"
again=no
case "$status" in
  0 | 2) if ! mounted; then again=yes; fi ;;
  *) if only_commands_failed; then again=yes; fi ;;
esac
if [ "$again" = yes ]; then
  if as_root cloud-init single --name cc_scripts_user --frequency always > /dev/null 2>&1 < /dev/null && mounted; then
    status=2
    said="its commands failed, and were run once more"
  else
    status=1
  fi
  mounted || said="$said
the volume is not mounted at $volumes"
fi
echo "$status"
echo "$said"
