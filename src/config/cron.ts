/** The five fields of a schedule, as GitHub and GitLab read them: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/crontab.html */
const fields = [
  { name: "minute", from: 0, to: 59, words: [] },
  { name: "hour", from: 0, to: 23, words: [] },
  { name: "day of the month", from: 1, to: 31, words: [] },
  { name: "month", from: 1, to: 12, words: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ") },
  { name: "day of the week", from: 0, to: 6, words: "SUN MON TUE WED THU FRI SAT".split(" ") },
] as const;

/** What is wrong with a schedule, as a clause for people; undefined where it is right. */
export function cronProblem(text: string): string | undefined {
  const parts = text.trim().split(/ +/);
  if (/[^\x20-\x7e]/.test(text) || parts.length !== fields.length)
    return "a schedule has five fields, minute hour day month weekday: 0 6 * * 1-5";
  for (const [index, field] of fields.entries()) {
    const bad = (parts[index] ?? "").split(",").find((item) => !isItem(item, field));
    if (bad !== undefined)
      return `${JSON.stringify(bad)} is no ${field.name}: ${field.from} to ${field.to}, *, ranges 1-5, steps */10, lists 1,2`;
  }
  return undefined;
}

function isItem(item: string, { from, to, words }: (typeof fields)[number]): boolean {
  const [, range = "", step] = /^([^/]+)(?:\/([1-9][0-9]?))?$/.exec(item) ?? [];
  if (range === "*") return true;
  const ends = range.split("-").map((end) => {
    const word = (words as readonly string[]).indexOf(end.toUpperCase());
    return word === -1 ? (/^[0-9]{1,2}$/.test(end) ? Number(end) : Number.NaN) : word + from;
  });
  const [first = Number.NaN, last = first] = ends;
  return (step === undefined || ends.length === 2) && ends.length <= 2 && from <= first && first <= last && last <= to;
}
