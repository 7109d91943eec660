#!/bin/sh
# The first process of a server: makes the container look like a machine to systemd, then becomes systemd.
set -eu

if [ ! -s /etc/machine-id ]; then
  tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
  # Not ssh-keygen -A: an RSA key takes up to a second.
  for type in ed25519 ecdsa; do ssh-keygen -q -t "$type" -N '' -f "/etc/ssh/ssh_host_${type}_key"; done
  for user in root deploy; do
    home=$(getent passwd "$user" | cut -d: -f6)
    install -d -m 0700 -o "$user" -g "$user" "$home/.ssh"
    printf '%s\n' "$TESTBED_KEY" | install -m 0600 -o "$user" -g "$user" /dev/stdin "$home/.ssh/authorized_keys"
  done
fi

# A disk that can be filled without filling the machine's: all of Docker and of Wherry is on it.
if [ -n "${TESTBED_DISK:-}" ]; then
  [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
  i=0
  while [ "$i" -lt 64 ]; do
    [ -e "/dev/loop$i" ] || mknod "/dev/loop$i" b 7 "$i"
    i=$((i + 1))
  done
  if [ ! -e /disk/image ]; then
    truncate -s "$TESTBED_DISK" /disk/image
    # -m 0: no blocks are held back for root, so that "full" is the same for everyone.
    mkfs.ext4 -q -m 0 /disk/image
  fi
  mkdir -p /disk/mounted
  mount -o loop /disk/image /disk/mounted
  for name in docker containerd wherry; do
    mkdir -p "/disk/mounted/$name" "/var/lib/$name"
    mount --bind "/disk/mounted/$name" "/var/lib/$name"
  done
else
  # Engines from 29 on keep their images there, and overlay does not work on overlay.
  mkdir -p /var/lib/docker/of-containerd /var/lib/containerd
  mount --bind /var/lib/docker/of-containerd /var/lib/containerd
fi

unset TESTBED_KEY TESTBED_DISK
export container=docker
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -o remount,rw /sys/fs/cgroup
  exec /sbin/init
fi
# The machine has cgroup v1, and servers have v2. Beside v1 there may be a v2 without controllers, in which the engine gave
# this container a group: systemd needs no more, and from version 258 on no less. Only the group of the machine itself has
# no type: that one is not for us to take. Debian 13 keeps v1, whose controllers some tests need.
own_cgroup2() { mkdir -p /run/cgroup2 && mount -t cgroup2 cgroup2 /run/cgroup2 && [ -e /run/cgroup2/cgroup.type ]; }
if ! grep -q '^VERSION_CODENAME=trixie$' /etc/os-release && own_cgroup2; then
  umount -R /sys/fs/cgroup
  mount --move /run/cgroup2 /sys/fs/cgroup
  exec /sbin/init
fi
# cgroup v1: systemd reads its arguments as a kernel command line, and refuses v1 unless told so.
mount -o remount,rw /sys/fs/cgroup
for controller in /sys/fs/cgroup/*/; do mount -o remount,bind,rw "$controller"; done
exec /sbin/init SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 systemd.unified_cgroup_hierarchy=0 \
  systemd.legacy_systemd_cgroup_controller=1
