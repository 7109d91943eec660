import type { Author, Proof } from "../release/index.ts";
import type { GateCheck } from "./gate.ts";

/** Two people look at what goes to production: who deployed it to the stage before, and who asks for it now. */

export interface TwoPeople {
  /** The environment before. */
  readonly before: string;
  /** What its ledger says of the commit. */
  readonly tried: Proof;
  /** Who asks now; undefined where no pipeline says so. */
  readonly asker: Author | undefined;
}

/** Pure. A login means somebody at one host alone, a name of a laptop nobody in particular: such are unknown, and no pass. */
export function twoPeopleCheck({ before, tried, asker }: TwoPeople): GateCheck {
  const answer = (verdict: GateCheck["verdict"], reason: string): GateCheck => ({ what: "people", verdict, reason });
  if (tried.verdict !== "passed") return answer(tried.verdict, tried.reason);
  if (asker === undefined)
    return answer("unknown", "nobody says who asks for this: there is neither GITHUB_ACTOR nor GITLAB_USER_LOGIN");
  const place = placeOf(asker);
  if (place === undefined) return answer("unknown", `${asker.name} asks from ${asker.from}, which is no pipeline`);
  const bot = [...tried.by, asker].find((one) => one.bot);
  if (bot !== undefined) return answer("failed", `${bot.name} is a bot, and two people have to look`);
  const elsewhere = tried.by.find((one) => placeOf(one) !== place);
  if (elsewhere !== undefined)
    return answer(
      "unknown",
      `${elsewhere.name} deployed it to ${before} from ${elsewhere.from}, and who that is at ${place} nobody knows: deploy it to ${before} by the pipeline`,
    );
  if (tried.by.some((one) => sameLogin(one.name, asker.name)))
    return answer("failed", `${asker.name} deployed this commit to ${before}: somebody else has to release it`);
  const names = [...new Set(tried.by.map(({ name }) => name))].join(", ");
  return answer("passed", `${names} deployed this commit to ${before}, and ${asker.name} asks for it now`);
}

/** GitHub and GitLab take logins that differ in capital letters alone for one. */
function sameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The host whose login it is: `https://github.com`; undefined where it is no run of a pipeline. */
function placeOf({ from }: Author): string | undefined {
  const url = /^https?:\/\//.test(from) && URL.canParse(from) ? new URL(from) : undefined;
  return url?.origin;
}
