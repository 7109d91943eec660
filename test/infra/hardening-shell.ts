import { spawnSync } from "node:child_process";
import { hardeningProgram } from "../../src/infra/harden/program.ts";

/** All functions of the program, without its last line, which starts it. */
export const functions = hardeningProgram.slice(0, hardeningProgram.lastIndexOf('main "$@"'));

/** Runs shell text behind the functions; what it defines takes the place of theirs. */
export function shell(text: string): string {
  const start = `scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT`;
  // The last one is its name: it keeps itself on the server by that.
  const { stdout, stderr } = spawnSync("sh", ["-c", `${functions}\n${start}\n${text}`, "/dev/null"], {
    encoding: "utf8",
  });
  if (stderr !== "") throw new Error(stderr);
  return stdout.trim();
}

/** A record and files of its own, and a systemd that does what it is told; $file is what the controls of these tests change. */
export const taken = `record=$scratch/record settings=$scratch/settings units=$scratch/units file=$scratch/file login=deploy
  mkdir -p "$record/before" "$record/run" "$settings" "$units"; echo old > "$file"
  systemctl() { :; }; flock() { :; }
  check_one() { if grep -q one "$file"; then pass set; else fail open; fi; }
  fix_one_file() { { cat "$file"; echo "$1"; } > "$scratch/new"; install_file "$file" 644 < "$scratch/new"; }
  check_a() { if grep -qx a "$file"; then pass set; else fail open; fi; }; fix_a() { fix_one_file a; }
  check_b() { if grep -qx b "$file.b" 2> /dev/null; then pass set; else fail open; fi; }; fix_b() { echo b | install_file "$file.b" 644; }
  show() { echo "$1: $(tr '\\n' ' ' < "$file")"; }`;
