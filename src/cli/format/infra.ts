import type { InfraPlan } from "../../infra/index.ts";
import type { CommandContext } from "../definition.ts";
import { createStyle } from "../style.ts";
import type { Style } from "../style.ts";
import { table } from "./table.ts";

/** The plan as one document: what is not known is null. */
export function planDocument({ changes, stock, limit, ...plan }: InfraPlan) {
  return {
    app: plan.app,
    environment: plan.environment,
    folder: plan.folder,
    program: plan.program,
    changes: changes.map((change) => ({ ...change, warning: change.warning ?? null })),
    stays: [...plan.stays],
    price: { ...plan.price, parts: plan.price.parts.map((part) => ({ ...part, there: { ...part.there } })) },
    limit: limit ?? null,
    stock:
      stock === undefined
        ? null
        : {
            ...stock,
            available: stock.available ?? null,
            alternatives: stock.alternatives.map((offer) => ({ ...offer, price: offer.price ?? null })),
          },
  };
}

export type PlanDocument = ReturnType<typeof planDocument>;

const words = {
  create: "new",
  change: "changed",
  replace: "made anew",
  destroy: "removed",
  adopt: "taken in",
} as const;

/** Changes one a line, then the money, then what stands in the way. */
export function planLines(plan: PlanDocument, style: Style): readonly string[] {
  const { changes, stays, environment } = plan;
  return [
    ...(changes.length === 0 ? [`the machines of ${environment} are as the files want them`] : []),
    ...changes.flatMap(({ action, what, details, warning, losesData }) => [
      `${action === "destroy" || action === "replace" ? style.bad(words[action]) : words[action]}: ${what}`,
      ...details.map((detail) => style.dim(`  ${detail}`)),
      ...(warning === null ? [] : [losesData ? style.bad(`  ${warning}`) : `  ${warning}`]),
    ]),
    ...stays.map((record) => `stays: DNS records ${record}, which lead elsewhere`),
    "",
    ...priceLines(plan, style),
    ...stockLines(plan),
  ];
}

/** Part by part, so that a sum can be followed; the same month twice where nothing changes would say nothing. */
function priceLines({ price, limit }: PlanDocument, style: Style): readonly string[] {
  const { currency, vat, source, asOf, parts, before, after } = price;
  const isSame = parts.every((part) => part.before === part.after && part.there.before === part.there.after);
  const pair = (was: string, willBe: string): readonly string[] => (isSame ? [willBe] : [was, willBe]);
  const amount = (value: number | null, isThere: boolean): string =>
    value === null ? (isThere ? "unknown" : "-") : value.toFixed(2);
  const sum = (of: typeof after, value: number): string => `${of.unknown.length === 0 ? "" : "≥ "}${value.toFixed(2)}`;
  const rows = [
    ...(isSame ? [] : [["", "now", "then"]]),
    ...parts.map(({ what, there, ...one }) => [
      `  ${what}`,
      ...pair(amount(one.before, there.before), amount(one.after, there.after)),
    ]),
    ["  together, net", ...pair(sum(before, before.net), sum(after, after.net))],
    ...(vat === null || before.gross === null || after.gross === null
      ? []
      : [[`  with ${vat} % VAT`, ...pair(sum(before, before.gross), sum(after, after.gross))]]),
  ];
  return [
    ...table(rows, { right: [1, 2] }),
    style.dim(`  ${currency} per month, ${source}'s list prices of ${asOf.slice(0, 10)}; traffic is not in them`),
    ...(parts.some(({ there }) => there.before)
      ? [style.dim("  what runs already may cost what it did when it was ordered")]
      : []),
    ...(limit === null ? [] : [`  limit of wherry.yaml: ${limit.toFixed(2)} net`]),
    ...(isOverLimit(price, limit)
      ? [style.bad("  this is more than the limit: apply does it with --over-limit alone")]
      : []),
  ];
}

/** As apply refuses it. What nobody knows is not below a limit. */
function isOverLimit({ before, after }: PlanDocument["price"], limit: number | null): boolean {
  if (limit === null) return false;
  return after.unknown.length > 0 || (after.net > limit && after.net > before.net);
}

/** The command that carries out what the plan says; where it would be refused, with what has to be said, or done first. */
export function nextStep({ changes, environment, stock, price, limit }: PlanDocument): string {
  const [instead] = stock === null || stock.available === true ? [] : stock.alternatives;
  if (instead !== undefined)
    return `next: infrastructure: { size: ${instead.type}, location: ${instead.location} } in wherry.yaml, then wherry infra init -e ${environment}`;
  if (stock !== null && stock.available !== true)
    return `next: another size or location in wherry.yaml, then wherry infra init -e ${environment}`;
  const losesData = changes.some((change) => change.losesData);
  const words = [...(losesData ? ["--destroy-data"] : []), ...(isOverLimit(price, limit) ? ["--over-limit"] : [])].map(
    (flag) => ` ${flag}`,
  );
  return `${losesData ? "next, when the data is copied" : "next"}: wherry infra apply -e ${environment}${words.join("")}`;
}

/** `Order and change this, for EUR 7.50 net per month?` */
export function orderQuestion({ changes, price: { currency, before, after } }: InfraPlan): string {
  const what = changes.some(({ action }) => action !== "create") ? "Order and change this" : "Order this";
  if (before.net === after.net && after.unknown.length === 0) return `${what}?`;
  return `${what}, for ${after.unknown.length === 0 ? "" : "at least "}${currency} ${after.net.toFixed(2)} net per month together?`;
}

function stockLines({ stock }: PlanDocument): readonly string[] {
  if (stock === null || stock.available === true) return [];
  const no = stock.available === null ? "is not offered" : "cannot be ordered now";
  return [
    "",
    `${stock.type} in ${stock.location} ${no}.${stock.alternatives.length === 0 ? " Nothing else is enough." : " Instead:"}`,
    ...stock.alternatives.map(
      ({ type, location, cpu, memory, disk, price }) =>
        `  ${type} in ${location}: ${cpu} processors, ${memory} GB, disk ${disk} GB, ${price === null ? "price unknown" : `${price.toFixed(2)} net per month`}`,
    ),
  ];
}

/** What is asked about, before the question; on standard error, like everything that is said on the way. */
export function showPlan(ctx: CommandContext, plan: InfraPlan): void {
  const plain = createStyle({ colour: false, unicode: false });
  for (const text of [...planLines(planDocument(plan), plain), ""]) ctx.report({ type: "text", text });
}
