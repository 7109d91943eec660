# Waits until the first boot is through, and says how it went: exit code of cloud-init, then what it says.
#   0 good, 2 good with warnings, anything else: not
status=0
cloud-init status --wait > /dev/null 2>&1 || status=$?
echo "$status"
cloud-init status --long 2>&1 || true
