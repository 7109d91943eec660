import type { Evidence, Language, StoreUse, Variable } from "./model.ts";
import { stores } from "./stores.ts";

/** The databases and queues that packages and variables tell of, each once. */
export function usesOf(
  language: Exclude<Language, "static">,
  packages: ReadonlyMap<string, Evidence>,
  reads: readonly Variable[],
): readonly StoreUse[] {
  const found = stores.flatMap(({ kind, packages: known, prefixes }): readonly StoreUse[] => {
    for (const [name, evidence] of packages) {
      if (known[language].some((one) => name === one || name.startsWith(`${one}/`))) return [{ kind, evidence }];
    }
    // A variable such as MYSQL_HOST tells of it where a general library (an ORM, a queue) hides the driver.
    const own = prefixes.filter((prefix) => prefix !== "DB" && prefix !== "DATABASE" && prefix !== "PG");
    const variable = reads.find(({ name }) =>
      own.some((prefix) => new RegExp(`^${prefix}_(?:URL|URI|HOST|DSN)$`).test(name)),
    );
    return variable === undefined ? [] : [{ kind, evidence: variable.evidence }];
  });
  return found;
}
