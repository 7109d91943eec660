import type { ControlGroup } from "../control.ts";

export const users: ControlGroup = {
  title: "People and rights",
  about:
    "Who may log in, and who is root. Wherry deploys as one user who may use Docker, and that is as good as root: the user's key is what has to be kept safe.",
  controls: [
    {
      id: "uid-zero",
      severity: "error",
      title: "Only root has the number 0",
      why: "A second account with the number 0 is root, and is not looked for when somebody is shut out.",
      check: "the numbers in /etc/passwd",
      remedy: "find out where the account comes from, then userdel it",
      source: ["CIS Debian Linux Benchmark: only root has UID 0"],
    },
    {
      id: "empty-passwords",
      severity: "error",
      title: "No account without a password",
      why: "Such an account is open to everybody who has any way to log in or to become another user.",
      check: "the second field of /etc/shadow",
      fix: "locks the password of each such account; keys go on working",
      undo: "those accounts have no password again, except where somebody has set one since",
      guarded: true,
      source: ["CIS Debian Linux Benchmark: no empty password fields"],
    },
    {
      id: "login-user",
      severity: "warning",
      title: "Deployments do not log in as root",
      why: "With a user of its own the log says who did what, and root can be shut out of SSH altogether.",
      check: "who is logged in for this audit",
      remedy:
        "adduser --disabled-password deploy; usermod -aG docker deploy; echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/deploy; chmod 440 /etc/sudoers.d/deploy; give it your key; then put deploy@ in front of the server in wherry.yaml",
      remedyHere: "run Wherry as a user of its own, who is in the group docker and may use sudo",
      source: ["CIS Docker Benchmark: only trusted users control the daemon"],
    },
    {
      id: "docker-group",
      severity: "info",
      title: "Nobody else is in the group docker",
      why: "Who may use the engine can mount the disk of the server into a container: the group is root by another name.",
      check: "the members of the group docker besides the user who deploys",
      remedy: "gpasswd -d NAME docker for each who does not need it",
      source: ["CIS Docker Benchmark 1.6, 1.1.2"],
    },
    {
      id: "sudo-rules",
      severity: "info",
      title: "sudo gives each command a terminal, and keeps a log",
      why: "Without a terminal of its own a program that was started with sudo can type into the shell that started it; without a log nobody knows what was done.",
      check: "Defaults use_pty and logfile (sudo-rs logs to the journal) in /etc/sudoers and its folder, and visudo -c",
      fix: "writes /etc/sudoers.d/00-wherry-hardening when visudo accepts it",
      undo: "the file goes",
      guarded: true,
      source: ["CIS Debian Linux Benchmark: sudo commands use pty; sudo log file exists"],
    },
  ],
};
