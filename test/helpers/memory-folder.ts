import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

const inMemory = "/dev/shm";

/** More than the unit tests have at a time. */
const enough = 1024 ** 3;

/**
 * Where the unit tests keep their thousands of small files: in memory, where this machine has a folder there that is large
 * enough and in which programs may be run; otherwise where all temporary files are.
 */
export function memoryFolder(): string {
  try {
    accessSync(inMemory, constants.W_OK);
    const { bavail, bsize } = statfsSync(inMemory);
    return bavail * bsize >= enough && mayRun(inMemory) ? inMemory : tmpdir();
  } catch {
    return tmpdir();
  }
}

function mayRun(place: string): boolean {
  const folder = mkdtempSync(join(place, "wherry-test-"));
  try {
    const program = join(folder, "program");
    writeFileSync(program, "#!/bin/sh\n");
    chmodSync(program, 0o755);
    return spawnSync(program).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
