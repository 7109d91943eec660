import { describe, expect, test } from "vitest";
import { undoOrder } from "../../src/infra/harden/choose.ts";
import { shell, taken } from "./hardening-shell.ts";

describe("kernels", () => {
  const uname = (version: string): string => `in_container() { false; }; uname() { echo ${version}; }`;
  const installed = (...versions: readonly string[]): string =>
    `installed_kernels() { for one in ${versions.join(" ")}; do [ "$(kind_of_kernel $one)" != "$1" ] || echo $one; done | sort -V; }`;

  test.each([
    ["6.1.0-25-amd64", "amd64"],
    ["6.1.0-25-cloud-amd64", "cloud-amd64"],
    ["6.12.48+deb13-amd64", "amd64"],
    ["6.12.48+deb13-cloud-arm64", "cloud-arm64"],
    ["6.8.0-45-generic", "generic"],
    ["5.15.0-1071-aws", "aws"],
  ])("%s is of the kind %s", (version, kind) => {
    expect(shell(`kind_of_kernel ${version}`)).toBe(kind);
  });

  test("one that is installed and does not run is a restart that is due", () => {
    const text = `${uname("6.12.9+deb13-amd64")}; ${installed("6.12.48+deb13-amd64", "6.12.9+deb13-amd64")}; check_reboot_pending`;
    expect(shell(text)).toBe("fail kernel 6.12.48+deb13-amd64 is installed, and 6.12.9+deb13-amd64 runs");
  });

  test("one of another kind is none of it", () => {
    const text = `${uname("6.8.0-45-generic")}; ${installed("6.8.0-45-generic", "6.8.0-2000-aws")}; check_reboot_pending`;
    expect(shell(text)).toBe("pass none; kernel 6.8.0-45-generic runs");
  });

  test("a server whose kernel is not in /boot is not said to need a restart", () => {
    expect(shell(`${uname("6.8.0-45-generic")}; installed_kernels() { :; }; check_reboot_pending`)).toMatch(/^pass/);
  });
});

describe("settings of the kernel", () => {
  const kernel = (files: string, now: string): string =>
    `sysctl_files() { printf '${files}'; }; sysctl() { case $2 in kernel.one) echo ${now} ;; *) return 1 ;; esac; }`;

  test.each([
    ["", "1", ""],
    ["", "0", "kernel.one is 0, "],
    ["kernel.one = 1\\n", "1", ""],
    ["kernel.one=1\\nkernel/one=0\\n", "1", "kernel.one is 0 after the next boot, "],
    ["-kernel.one =  0 \\n# kernel.one = 0\\nkernel.one = 1\\n", "1", ""],
    ["kernel.* = 0\\n", "1", ""],
    // Stricter is as good.
    ["kernel.one = 3\\n", "2", ""],
    ["kernel.one = 4\\n", "2", "kernel.one is 4 after the next boot, "],
  ])("files say %j, the kernel says %s: %j", (files, now, wrong) => {
    expect(shell(`${kernel(files, now)}; sysctl_wrong 'kernel.one=1/2/3\nkernel.two=1'; echo .`)).toBe(`${wrong}.`);
  });
});

test("the file of a control has the first of the values that are good", () => {
  const text = `remember_word() { :; }; sysctl() { :; }; install_file() { cat; }; id=kernel; sysctl_fix 'no.such=0/2\nno.other=1'`;
  expect(shell(text)).toBe("# Written by wherry server harden.\nno.such = 0\nno.other = 1");
});

describe("swap", () => {
  const server = (swaps: string, swappiness: number, kilobytes: number, free: number): string =>
    `in_container() { false; }; swaps() { echo '${swaps}'; }; sysctl() { echo ${swappiness}; }; sysctl_files() { :; }
     memory() { echo ${kilobytes}; }; df() { printf 'head\\n/dev/sda 1 1 ${free} 1%% /\\n'; }; check_swap`;

  test.each([
    ["", 60, 4_000_000, 30_000_000, /^fail a peak of memory/],
    ["", 60, 16_000_000, 30_000_000, /^na 8 GB/],
    ["", 60, 4_000_000, 3_000_000, /^na there is none, and less than 10 GB/],
    ["/swapfile 2G", 60, 4_000_000, 30_000_000, /^fail \/swapfile 2G; vm.swappiness is 60/],
    ["/swapfile 2G", 10, 4_000_000, 3_000_000, /^pass \/swapfile 2G; vm.swappiness 10$/],
    ["/dev/zram0 2G", 150, 4_000_000, 3_000_000, /^pass/],
  ])("%j, swappiness %d, %d kB of memory, %d kB free", (swaps, swappiness, memory, free, verdict) => {
    expect(shell(server(swaps, swappiness, memory, free))).toMatch(verdict);
  });
});

describe("the clock", () => {
  const server = (running: string, inStep: string): string =>
    `in_container() { false; }; systemctl() { [ "$3" = '${running}' ]; }; timedatectl() { echo ${inStep}; }; check_time_sync`;

  test.each([
    ["chrony", "yes", "pass in step, by chrony"],
    [
      "systemd-timesyncd",
      "no",
      "unknown systemd-timesyncd runs, but is not in step yet: it asks time servers by UDP 123",
    ],
    // The kernel goes on saying it for hours after the last program that cared has ended.
    ["none", "yes", "fail nothing keeps the clock right"],
  ])("%s runs, in step: %s", (running, inStep, verdict) => {
    expect(shell(server(running, inStep))).toBe(verdict);
  });

  test("a program that is installed is started, and none beside it", () => {
    const text = `apt_install() { echo "installs $*"; }; remember_word() { :; }
      systemctl() { case "$1 $2" in "cat chrony.service") ;; "cat "* | is-enabled*) return 1 ;; *) echo "$*" ;; esac; }
      fix_time_sync`;
    expect(shell(text)).toBe("enable --quiet --now chrony");
    expect(shell(text.replace("cat chrony.service", "cat nothing"))).toBe(
      "installs systemd-timesyncd\nenable --quiet --now systemd-timesyncd",
    );
  });
});

describe("sudo", () => {
  test("sudo-rs, which knows no log file, is not told of one", () => {
    const version = (text: string): string => `sudo() { echo '${text}'; }; sudo_rules`;
    expect(shell(version("Sudo version 1.9.16p2"))).toContain("logfile");
    expect(shell(version("sudo-rs 0.2.8"))).toBe("# Written by wherry server harden.\nDefaults use_pty");
  });
});

describe("the engine's configuration", () => {
  test.each([
    ["--validate", "asked --validate --config-file /dev/null"],
    ["--debug", "read as JSON"],
  ])("an engine whose help has %s: %s", (help, done) => {
    const text = `dockerd() { if [ "$1" = --help ]; then echo '${help}'; else echo "asked $*" >&3; fi; }
      python3() { echo "read as JSON" >&3; }; engine_file=/dev/null; engine_accepts 3>&1`;
    expect(shell(text)).toBe(done);
  });

  test("an engine without a file has nothing to be asked", () => {
    expect(shell("dockerd() { echo asked; }; engine_file=/nowhere; engine_accepts && echo good")).toBe("good");
  });

  /** An engine that has a new live-restore only when it is asked for the third time after its reload. */
  const slow = (before: string, after: string): string => `asked=$scratch/asked; has() { :; }; engine_accepts() { :; }
    systemctl() { : > "$asked"; }; daemon_get() { echo ${after}; }; sleep() { :; }; python3() { :; }
    docker() { echo >> "$asked"; if [ "$(wc -l < "$asked")" -ge 3 ]; then echo 'live-restore ${after || "false"}'; else echo 'live-restore ${before}'; fi; }`;

  test.each([
    ["false", "true", "yes"],
    ["true", "", "no"],
  ])("live-restore is in effect before anything else is done: from %s to %j", (before, after, lives) => {
    const text = `${slow(before, after)}; live_restore; apply_docker_live_restore
      if live_restore; then echo yes; else echo no; fi`;
    expect(shell(text)).toBe(lives);
  });

  test("an engine that does not hear of a key that is gone is told that it is off, and the key goes afterwards", () => {
    const text = `has() { :; }; engine_accepts() { :; }; daemon_get() { :; }; sleep() { :; }
      file=$scratch/value; is=true; docker() { echo "live-restore $is"; }
      python3() { echo "$5"; printf %s "$5" > "$file"; }
      systemctl() { if [ -s "$file" ]; then is=$(cat "$file"); fi; }
      apply_docker_live_restore && echo done; engine_says live-restore; wc -c < "$file"`;
    expect(shell(text)).toBe("false\n\ndone\nfalse\n0");
  });

  test.each([
    ["true", "", "yes"],
    ["", "/usr/bin/dockerd --live-restore", "yes"],
    ["", "/usr/bin/dockerd", "no"],
  ])("live-restore counts where the next start has it as well: %j in the file, started by %j", (set, start, lives) => {
    const text = `has() { :; }; docker() { echo 'live-restore true'; }; daemon_get() { echo ${set}; }
      systemctl() { echo '${start}'; }; if live_restore; then echo yes; else echo no; fi`;
    expect(shell(text)).toBe(lives);
  });

  test("an engine that goes on as before is no success", () => {
    const text = `has() { :; }; engine_accepts() { :; }; daemon_get() { echo true; }; sleep() { :; }; systemctl() { :; }
      docker() { echo 'live-restore false'; }; apply_docker_live_restore 2>&1 || echo failed`;
    expect(shell(text)).toBe("the engine was told, and live-restore is still false\nfailed");
  });

  test("what others stand on is undone last", () => {
    expect(undoOrder(["docker-live-restore", "ssh-x11", "docker-logs"])).toEqual([
      "ssh-x11",
      "docker-logs",
      "docker-live-restore",
    ]);
  });

  test("what an undo has changed is asked anew by the next one", () => {
    const text = `${taken}; mkdir -p "$record/before/docker-icc"; docker() { echo 'live-restore true'; }; daemon_get() { echo true; }
      live_restore; docker() { echo 'live-restore false'; }; restore() { :; }
      undo_one docker-icc; live_restore || echo down`;
    expect(shell(text)).toBe("docker-icc changed as it was before\ndown");
  });
});

describe("what could lock out", () => {
  test("a run that is not proven takes back nothing that an earlier one proved", () => {
    const text = `${taken}
      arm_where_needed 120 a; fix_armed a; disarm; ls "$record/run"
      arm_where_needed 120 a b; revert; show proven; ls "$record/before"`;
    expect(shell(text)).toBe("! armed-for 120\na changed set\n! disarmed\n! armed-for 120\nproven: old a \na");
  });

  test("what a run left behind that ended in the middle is not taken for the next one's", () => {
    const text = `${taken}
      id=a; mkdir -p "$record/run/a"; remember "$file"; echo newer > "$file"
      arm_where_needed 120 a; revert; show kept`;
    expect(shell(text)).toBe("! armed-for 120\nkept: newer");
  });

  test("what is as it should be by now needs no timer, and is told as it is", () => {
    const text = `${taken}; echo a >> "$file"; arm_where_needed 120 a; fix_armed a`;
    expect(shell(text)).toBe("! nothing-to-arm\na pass set");
  });

  test("what is not proven yet does not pass", () => {
    const text = `${taken}; arm_where_needed 120 a; fix_armed a; main check '' '' a | grep -v system
      disarm; main check '' '' a | grep -v system`;
    expect(shell(text)).toBe(
      "! armed-for 120\na changed set\n! armed\n" +
        "a unknown changed a moment ago, and taken back by the server unless a new login is proven\n" +
        "! disarmed\na pass set",
    );
  });

  test("only what is armed is changed", () => {
    const text = `${taken}; arm_where_needed 120 b; fix_armed a; show a`;
    expect(shell(text)).toBe("! armed-for 120\na failed nothing would take it back, so it was not changed\na: old");
  });

  test.each([
    ["the program cannot be kept", "cp() { false; }"],
    ["the timer does not start", 'systemctl() { [ "$1" != restart ]; }'],
  ])("nothing is changed where %s", (_, broken) => {
    const text = `${taken}; ${broken}; arm_where_needed 120 a; fix_armed a; show a; ls "$record" | grep arm`;
    expect(shell(text)).toBe("! not-armed\na failed nothing would take it back, so it was not changed\na: old");
  });

  test("what is armed is written down when the timer runs, and not before", () => {
    const text = `${taken}; systemctl() { if [ "$1" = restart ]; then ls "$record"; fi; }; arm_where_needed 120 a | grep -x armed; cat "$record/armed"`;
    expect(shell(text)).toBe("a");
  });

  test("packages are there before the timer runs", () => {
    const text = `${taken}; prepare_a() { echo installs >&3; }; systemctl() { if [ "$1" = restart ]; then echo timer >&3; fi; }
      arm_where_needed 120 a 3>&1`;
    expect(shell(text)).toBe("installs\ntimer\n! armed-for 120");
  });

  test("a change that is still under way when everything is taken back is taken back as well", () => {
    const late = `${taken}; flock() { [ "$1" != -w ] || [ -z "$busy" ]; }; busy=
      fix_b() { busy=yes; revert > "$scratch/told" 2>&1; echo b | install_file "$file.b" 644; }
      arm_where_needed 120 a b; fix_armed a b; cat "$scratch/told"; show a; ls "$file.b" 2> /dev/null; ls "$record/run" "$record/before" | grep -v :`;
    expect(shell(late)).toBe(
      [
        "! armed-for 120",
        "a changed set",
        "b failed and was taken back: it took so long that the server took everything back meanwhile",
        "a reverted",
        "b reverted",
        "a: old",
      ].join("\n"),
    );
  });
});

describe("what cannot be put back", () => {
  const full = `cp() { case "$*" in *.wherry-new) echo part > "$4"; echo "no space left" >&2; return 1 ;; *) command cp "$@" ;; esac; }`;
  const left = `ls "$scratch" | grep wherry-new || :; ls "$record/run" | tr '\\n' ' '`;

  test("undo says so, and keeps what was there", () => {
    const text = `${taken}; fix_one a; ${full}; undo_one a; show a; ls "$scratch" | grep wherry-new; ls "$record/before"
      unset -f cp; undo_one a; show a; ls "$record/before"`;
    expect(shell(text)).toBe("a changed set\na failed no space left\na: old a \na\na changed as it was before\na: old");
  });

  test("stays armed, and is taken back when it can be", () => {
    const text = `${taken}; drop_revert() { echo "timer gone"; }
      arm_where_needed 120 a; fix_armed a; ${full}; revert 2> /dev/null || echo "exit $?"; cat "$record/armed"; ${left}
      unset -f cp; echo; revert; show a; ls "$record/before" "$record/run" | grep a$ || ls "$record/armed" 2> /dev/null`;
    expect(shell(text)).toBe(
      "! armed-for 120\na changed set\na failed and could not be taken back yet\nexit 1\na\n" +
        "a \na reverted\ntimer gone\na: old",
    );
  });

  test("a change that could not be written leaves no half of a file", () => {
    const text = `${taken}; chmod() { return 1; }; fix_one a; ls "$scratch" | grep wherry-new; show a`;
    expect(shell(text)).toBe("a failed and was taken back: exit 1\na: old");
  });
});

describe("files that others write to as well", () => {
  test("undo of swap takes its own line out of fstab, and no other", () => {
    const text = `${taken}; fstab=$scratch/fstab swapfile=$scratch/swapfile id=swap on=; printf '/dev/sda / ext4' > "$fstab"; chmod 640 "$fstab"
      fallocate() { touch "$3"; }; mkswap() { :; }; swapon() { on=" $swapfile 2G "; }; swapoff() { on=; }; swaps() { echo "$on"; }
      make_swapfile; echo '/dev/sdb /data ext4' >> "$fstab"; cat "$fstab"
      restore "$record/before/swap"; echo "exit $?"; cat "$fstab"; stat -c %a "$fstab"; ls "$scratch" | grep -e swapfile -e wherry-new`;
    expect(shell(text).replaceAll(/\/\S+\/swapfile/g, "/swapfile")).toBe(
      "/dev/sda / ext4\n/swapfile none swap sw 0 0\n/dev/sdb /data ext4\nexit 0\n/dev/sda / ext4\n/dev/sdb /data ext4\n640",
    );
  });

  test("a swap file that is still needed stays", () => {
    const text = `${taken}; fstab=$scratch/fstab swapfile=$scratch/swapfile id=swap; swap_line > "$fstab"; touch "$swapfile"
      mkdir "$record/before/swap"; touch "$record/before/swap/swapfile"; swaps() { echo "$swapfile 2G "; }; swapoff() { return 1; }
      undo_one swap; ls "$record/before"; wc -l < "$fstab"; ls "$scratch" | grep swapfile`;
    expect(shell(text)).toBe("swap failed \nswap\n1\nswapfile");
  });

  test("undo of empty passwords touches what is still as it was left, and no account that came later", () => {
    const text = `${taken}; shadow=$scratch/shadow id=empty-passwords; printf 'old::1\\nset::1\\nlocked:!:1\\nkey:*:1\\n' > "$shadow"
      passwd() { case $2 in -l) with='!' ;; -d) with= ;; esac; sed -i "s/^$3:[^:]*:/$3:$with:/" "$shadow"; }
      fix_empty_passwords; cat "$shadow"; sed -i 's/^set:!/set:hash/' "$shadow"; echo 'new:!:2' >> "$shadow"
      restore "$record/before/empty-passwords"; echo "exit $?"; cat "$shadow"`;
    expect(shell(text)).toBe(
      "old:!:1\nset:!:1\nlocked:!:1\nkey:*:1\nexit 0\nold::1\nset:hash:1\nlocked:!:1\nkey:*:1\nnew:!:2",
    );
  });
});

describe("what stands before the Include of sshd_config", () => {
  const said = (text: string): string =>
    shell(
      `sshd_folder=$scratch; printf '%s\\n' '${text}' > "$scratch/sshd_config"; ssh_before 'permitrootlogin|x' no`,
    ).replaceAll(/\/\S+\/sshd_config/g, "sshd_config");

  test("is named with its line, as no drop-in changes it", () => {
    expect(said("# by hand\nPermitRootLogin yes\nInclude /etc/ssh/sshd_config.d/*.conf")).toBe(
      "; take out line 2 of sshd_config (PermitRootLogin yes): it comes before the Include, so no drop-in changes it",
    );
  });

  test.each([
    ["behind it", "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin yes"],
    ["as it should be", "PermitRootLogin=no\nInclude /etc/ssh/sshd_config.d/*.conf"],
    ["a comment", "#PermitRootLogin yes\nInclude /etc/ssh/sshd_config.d/*.conf"],
  ])("%s: nothing is to be taken out", (_, text) => {
    expect(said(text)).toBe("");
  });
});

describe("Match blocks of sshd", () => {
  /** What sshd -T says, for each user or for all: the key is lower case and has one value. */
  const server = (files: Readonly<Record<string, string>>, says: string, login = "deploy"): string =>
    `sshd_folder=$scratch/ssh login=${login}; mkdir -p "$sshd_folder/sshd_config.d"; sshd() { :; }
     ${Object.entries(files)
       .map(([name, text]) => `printf '%s\\n' '${text}' > "$sshd_folder/${name}"`)
       .join("\n")}
     ssh_accounts() { echo root; echo deploy; echo alice; }
     sshd_for() { case $1 in ${says} esac; }`;
  const closed = `*) printf '%s no\\n' passwordauthentication kbdinteractiveauthentication permitemptypasswords permitrootlogin ;;`;
  const main = "Include sshd_config.d/*.conf\nPasswordAuthentication no";
  const where = (verdict: string): string => verdict.replaceAll(/\/\S+\/ssh\//g, "/etc/ssh/");

  test.each([
    ["none", main, "", "pass keys alone"],
    [
      "one for others",
      `${main}\nMatch User alice\n  PasswordAuthentication yes`,
      "",
      "unknown keys alone for deploy, but not for everybody: passwordauthentication yes in a Match block of /etc/ssh/sshd_config",
    ],
    [
      "one in a file that is included",
      main,
      'Match Address "10.0.0.0/8"\n\tkbdinteractiveauthentication=yes',
      "unknown keys alone for deploy, but not for everybody: kbdinteractiveauthentication yes in a Match block of /etc/ssh/sshd_config.d/50-x.conf",
    ],
    [
      "a file that is included inside of one",
      "PasswordAuthentication no\nMatch Group staff\nInclude sshd_config.d/*.conf",
      "PermitEmptyPasswords yes",
      "unknown keys alone for deploy, but not for everybody: permitemptypasswords yes in a Match block of /etc/ssh/sshd_config.d/50-x.conf",
    ],
    [
      "one that ends with its file",
      "Include sshd_config.d/*.conf\nPasswordAuthentication yes",
      "Match User git\nX11Forwarding yes",
      "pass keys alone",
    ],
    [
      "one that is stricter, and one for all",
      `${main}\nMatch User git\nPasswordAuthentication no\nMatch all\nPasswordAuthentication yes`,
      "",
      "pass keys alone",
    ],
    ["a comment", `${main}\n# Match User alice\n# PasswordAuthentication yes`, "", "pass keys alone"],
  ])("%s", (_, config, dropIn, verdict) => {
    const text = `${server({ sshd_config: config, "sshd_config.d/50-x.conf": dropIn }, closed)}; check_ssh_passwords`;
    expect(where(shell(text))).toBe(verdict);
  });

  test("one that shuts out passwords for the deploy user alone leaves them open for others", () => {
    const says = `deploy) printf '%s no\\n' passwordauthentication kbdinteractiveauthentication permitemptypasswords ;;
      *) printf '%s\\n' 'passwordauthentication yes' ;;`;
    const config = "PasswordAuthentication yes\nMatch User deploy\nPasswordAuthentication no";
    expect(shell(`${server({ sshd_config: config }, says)}; check_ssh_passwords`)).toBe(
      "fail open for root: passwordauthentication",
    );
  });

  test.each([
    [
      "deploy",
      "yes",
      "unknown no for most, but not from everywhere: permitrootlogin yes in a Match block of /etc/ssh/sshd_config",
    ],
    [
      "deploy",
      "prohibit-password",
      "unknown no for most, but not from everywhere: permitrootlogin prohibit-password in a Match block of /etc/ssh/sshd_config",
    ],
    ["root", "prohibit-password", "pass root is shut out"],
    ["deploy", "no", "pass root is shut out"],
  ])("%s deploys, and root may log in from some place: %s", (login, value, verdict) => {
    const config = `PermitRootLogin no\nMatch Address 10.0.0.0/8\n  PermitRootLogin ${value}`;
    expect(where(shell(`${server({ sshd_config: config }, closed, login)}; check_ssh_root_login`))).toBe(verdict);
  });
});
