import { deployUser } from "../machines.ts";

/**
 * What a machine does at its first boot, as a template of OpenTofu: makes the user who deploys, shuts out passwords and
 * root, mounts the volume below Docker's volumes, installs Docker. Little on purpose: it cannot be changed afterwards
 * without a new machine, and it can be read by everything that runs there.
 * @param image decides what the packages are called: `debian-13`, `ubuntu-24.04`, with more behind it at some providers
 * @param disk what /dev/disk/by-id calls a volume, before its name or number
 */
export function cloudInitTemplate(image: string, disk: string): string {
  return `# What a server does at its first boot; main.tf fills it in and puts #cloud-config before it.
# Checked by: cloud-init schema --config-file FILE
ssh_pwauth: false
disable_root: true
users:
  - name: ${deployUser}
    gecos: Deployments
    shell: /bin/bash
    lock_passwd: true
    groups: [docker]
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: \${jsonencode(ssh_keys)}
%{ if first_host_key.private != "" ~}
# Known to whoever made the server, so that the first connection goes to it and to nobody else. wherry infra apply
# replaces it by one that the server makes itself: this text can be read by every program that runs there.
ssh_deletekeys: true
ssh_keys:
  ed25519_private: \${jsonencode(first_host_key.private)}
  ed25519_public: \${jsonencode(first_host_key.public)}
%{ endif ~}
write_files:
  # sshd takes the first value that it meets, and images bring a 50-cloud-init.conf.
  - path: /etc/ssh/sshd_config.d/00-deploy.conf
    content: |
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      PermitRootLogin no
      X11Forwarding no
  # A new machine updates itself at the same time.
  - path: /etc/apt/apt.conf.d/90-lock-timeout
    content: |
      DPkg::Lock::Timeout "300";
# Run again by wherry infra apply, where they failed: what is done already is left alone.
runcmd:
%{ if volume != "" ~}
  # Docker's volumes live on the volume, which outlives the server. It is attached a moment after the first boot.
  - |
    set -e
    disk=/dev/disk/by-id/${disk}\${volume}
    # First of all, so that Docker never starts without it, whatever becomes of this.
    mkdir -p /var/lib/docker/volumes /etc/systemd/system/docker.service.d
    grep -q "^$disk " /etc/fstab || echo "$disk /var/lib/docker/volumes xfs defaults,discard,nofail 0 2" >> /etc/fstab
    printf '[Unit]\\nRequiresMountsFor=/var/lib/docker/volumes\\n' > /etc/systemd/system/docker.service.d/volumes.conf
    for attempt in $(seq 150); do [ -b "$disk" ] && break; sleep 2; done
    mountpoint -q /var/lib/docker/volumes || mount /var/lib/docker/volumes
%{ endif ~}
  - |
    set -e
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
${installDocker(image)}
    systemctl enable --now docker
    usermod -aG docker ${deployUser}
    install -d -m 0700 -o ${deployUser} -g ${deployUser} /var/lib/wherry
`;
}

/** The same packages as `wherry server setup` takes. */
function installDocker(image: string): string {
  const install = "apt-get install -y -q --no-install-recommends";
  if (image.startsWith("debian-12")) {
    // Its compose is version 1, and it has no buildx.
    const from = "https://download.docker.com/linux/debian";
    return `    ${install} ca-certificates curl
    install -m 0755 -d /etc/apt/keyrings
    curl -fsSL --retry 5 -o /etc/apt/keyrings/docker.asc ${from}/gpg
    echo "deb [arch=$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.asc] ${from} bookworm stable" > /etc/apt/sources.list.d/docker.list
    apt-get update -q
    ${install} docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin iptables`;
  }
  const packages = image.startsWith("ubuntu")
    ? "docker.io docker-compose-v2 docker-buildx"
    : "docker.io docker-cli docker-compose docker-buildx";
  return `    ${install} ${packages} iptables ca-certificates curl`;
}
