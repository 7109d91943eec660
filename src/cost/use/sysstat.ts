import { neededDays, tooShort, unknownUse, wantedDays } from "./model.ts";
import type { Known, Use } from "./model.ts";

const dayInSeconds = 86_400;

interface Sample {
  readonly seconds: number;
  readonly value: number;
}

/**
 * Reads what `sadf -d FILE -- -u -r` (sysstat 11.6 and later, for kbavail) prints: lines with `;` between fields, a header
 * line with the names of the columns before each table.
 * @param memory GiB of memory that the machine has
 * @param now the end of the days that count
 */
export function useFromSysstat(
  lines: readonly string[] | null,
  machine: { readonly cpus: number; readonly memory: number },
  now: Date,
): Known<Use> {
  if (lines === null) return unknownUse("sysstat is not installed there (apt-get install sysstat)");
  const busy: Sample[] = [];
  const used: Sample[] = [];
  const earliest = now.getTime() - wantedDays * dayInSeconds * 1000;
  let columns: readonly string[] = [];
  for (const line of lines) {
    const fields = line.split(";");
    if (line.startsWith("# ")) {
      columns = fields;
      continue;
    }
    const field = (name: string): string | undefined => fields[columns.indexOf(name)];
    const seconds = Number(field("interval"));
    const instant = Date.parse((field("timestamp") ?? "").replace(" UTC", "Z").replace(" ", "T"));
    if (!(seconds > 0) || !(instant >= earliest) || instant > now.getTime()) continue;
    const [idle, waiting] = [Number(field("%idle")), Number(field("%iowait"))];
    // -1 is all processors together.
    if (field("CPU") === "-1" && Number.isFinite(idle) && Number.isFinite(waiting))
      busy.push({ seconds, value: ((100 - idle - waiting) / 100) * machine.cpus });
    const available = Number(field("kbavail"));
    if (field("kbavail") !== undefined && Number.isFinite(available))
      used.push({ seconds, value: machine.memory - available / (1024 * 1024) });
  }
  if (busy.length === 0 || used.length === 0) {
    return unknownUse(
      "sysstat has written nothing down yet: on Debian, ENABLED in /etc/default/sysstat has to be true",
    );
  }
  const days = busy.reduce((sum, { seconds }) => sum + seconds, 0) / dayInSeconds;
  if (days < neededDays) return tooShort(days, "sysstat");
  return {
    known: true,
    value: {
      cpuP95: percentile(busy, 0.95),
      memoryMax: Math.max(...used.map(({ value }) => value)),
      days: Math.min(days, wantedDays),
      source: "sysstat",
    },
  };
}

/** The smallest value that was not exceeded in that share of the time. */
function percentile(samples: readonly Sample[], part: number): number {
  const sorted = samples.toSorted((a, b) => a.value - b.value);
  const wanted = sorted.reduce((sum, { seconds }) => sum + seconds, 0) * part;
  let sum = 0;
  for (const { seconds, value } of sorted) {
    sum += seconds;
    if (sum >= wanted) return value;
  }
  return sorted.at(-1)?.value ?? 0;
}
