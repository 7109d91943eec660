import { commitLimit } from "../git/index.ts";
import { count } from "./check.ts";
import { noHistory } from "./areas/ask.ts";
import type { Assessment } from "./schema.ts";
import type { Seen, SeenFile } from "./seen/index.ts";

/** What an assessment rests on, in four lines: files, history, hosting, server. */
export function lookedAt({ files, history, hosting, server }: Seen): Assessment["lookedAt"] {
  const facts = hosting.kind === "github" ? Object.values(hosting.facts) : [];
  const answered = facts.filter(({ known }) => known).length;
  return [
    { what: "Files", found: `${files.search}: ${filesFound(files.all)}`, known: true },
    { what: "History", found: historyFound(history), known: typeof history !== "string" },
    {
      what: "Hosting",
      found:
        hosting.kind === "github"
          ? `${hosting.repository} on GitHub: ${answered} of ${facts.length} questions answered`
          : hosting.reason,
      known: answered > 0,
    },
    { what: "Server", found: serverFound(server), known: server.asked && server.machine.known },
  ];
}

function filesFound(all: readonly SeenFile[]): string {
  const number = (wanted: SeenFile["content"]): number => all.filter(({ content }) => content === wanted).length;
  const parts = [
    [number("text"), "read as text"],
    [number("binary"), "binary"],
    [number("unreadable"), "could not be read"],
    [number("left-out"), "left out for their size or number"],
  ] as const;
  return parts
    .filter(([amount], index) => index === 0 || amount > 0)
    .map(([amount, what]) => `${amount} ${what}`)
    .join(", ");
}

function historyFound(history: Seen["history"]): string {
  if (typeof history === "string") return noHistory[history];
  const { commits, shallow } = history;
  const number = commits.length === commitLimit ? `${commitLimit} newest commits` : count(commits.length, "commit");
  return shallow ? `${number}, a shallow clone` : number;
}

function serverFound(server: Seen["server"]): string {
  if (!server.asked) return "not looked at: name an environment with -e";
  const { machine, environment } = server;
  return machine.known ? `${machine.value.server}, of ${environment}` : `${environment}: ${machine.reason}`;
}
