import type { ControlGroup } from "../control.ts";

const dropIn = (id: string): string => `/etc/ssh/sshd_config.d/00-wherry-${id}.conf`;
const undo = (id: string): string => `${dropIn(id)} goes, and sshd is told`;
const matched = "; what a Match block may allow to others is not known, and said with its file";
const effective = "what sshd says that it does (sshd -T), not what its files say";

export const ssh: ControlGroup = {
  title: "SSH",
  about:
    "Each control has its own file in `/etc/ssh/sshd_config.d`. The first value that sshd meets wins, and cloud images bring a `50-cloud-init.conf`: so the names begin with `00`. A file that `sshd -t` does not accept goes at once.",
  controls: [
    {
      id: "ssh-valid",
      severity: "error",
      title: "The SSH daemon accepts its configuration, and reads drop-ins",
      why: "One that does not will not start after the next restart of the server, and nobody can log in to repair it.",
      check: "sshd -t, and the Include of /etc/ssh/sshd_config",
      remedy: "repair what sshd -t names; put Include /etc/ssh/sshd_config.d/*.conf at the top of /etc/ssh/sshd_config",
      source: ["sshd(8), sshd_config(5)"],
    },
    {
      id: "ssh-root-login",
      severity: "error",
      title: "root does not log in",
      why: "Every robot tries root. Where deployments themselves log in as root, by key alone is what can be had.",
      check: `PermitRootLogin: ${effective}${matched}`,
      fix: `${dropIn("ssh-root-login")}: no; prohibit-password where deployments log in as root`,
      undo: undo("ssh-root-login"),
      guarded: true,
      source: ["CIS Debian Linux Benchmark: sshd PermitRootLogin is disabled"],
    },
    {
      id: "ssh-passwords",
      severity: "error",
      title: "Keys alone are let in",
      why: "Passwords are guessed, day and night.",
      check: `PasswordAuthentication, KbdInteractiveAuthentication, PermitEmptyPasswords: ${effective}${matched}`,
      fix: `${dropIn("ssh-passwords")}: all no`,
      undo: undo("ssh-passwords"),
      guarded: true,
      source: ["geerlingguy.security defaults", "CIS Debian Linux Benchmark: sshd PermitEmptyPasswords is disabled"],
    },
    {
      id: "ssh-x11",
      severity: "info",
      title: "No X11 through SSH",
      why: "A server has no windows, and the way goes back to the screen of who logs in.",
      check: `X11Forwarding: ${effective}`,
      fix: `${dropIn("ssh-x11")}: no`,
      undo: undo("ssh-x11"),
      guarded: true,
      source: ["CIS Debian Linux Benchmark: sshd X11 forwarding"],
    },
    {
      id: "ssh-tries",
      severity: "warning",
      title: "Few tries, and little time, for each connection",
      why: "Connections that do not log in take room from those that do. An agent with more than four keys needs IdentitiesOnly for this server.",
      check: `MaxAuthTries at most 4, LoginGraceTime at most 60: ${effective}`,
      fix: `${dropIn("ssh-tries")}: 4 and 60`,
      undo: undo("ssh-tries"),
      guarded: true,
      source: ["CIS Debian Linux Benchmark: sshd MaxAuthTries, LoginGraceTime"],
    },
    {
      id: "ssh-idle",
      severity: "info",
      title: "Dead connections end",
      why: "A laptop that was shut leaves a session behind that nobody ends.",
      check: `ClientAliveInterval and ClientAliveCountMax: ${effective}`,
      fix: `${dropIn("ssh-idle")}: asks every 60 s, three times. Who is there but silent stays`,
      undo: undo("ssh-idle"),
      guarded: true,
      source: ["CIS Debian Linux Benchmark: sshd ClientAliveInterval and ClientAliveCountMax"],
    },
    {
      id: "ssh-files",
      severity: "error",
      title: "The keys of the server are root's alone",
      why: "Who can read a host key can play the server.",
      check: "owner and mode of /etc/ssh/ssh_host_*_key and sshd_config",
      fix: "root, 600",
      undo: "owner and mode as they were",
      source: ["CIS Debian Linux Benchmark: permissions on SSH private host key files"],
    },
  ],
};
