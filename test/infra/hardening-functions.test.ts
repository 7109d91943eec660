import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { hardeningProgram } from "../../src/infra/harden/program.ts";

/** All functions of the program, without its last line, which starts it. */
const functions = hardeningProgram.slice(0, hardeningProgram.lastIndexOf('main "$@"'));

/** Runs shell text behind the functions; what it defines takes the place of theirs. */
function shell(text: string): string {
  const start = `scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT`;
  const { stdout, stderr } = spawnSync("sh", ["-c", `${functions}\n${start}\n${text}`], { encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  return stdout.trim();
}

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
});
