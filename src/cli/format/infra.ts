import type { InfraPlan } from "../../infra/index.ts";
import type { CommandContext } from "../definition.ts";
import { createStyle } from "../style.ts";
import type { Style } from "../style.ts";

/** The plan as one document: what is not known is null. */
export function planDocument({ changes, stock, limit, ...plan }: InfraPlan) {
  return {
    app: plan.app,
    environment: plan.environment,
    folder: plan.folder,
    program: plan.program,
    changes: changes.map((change) => ({ ...change, warning: change.warning ?? null })),
    price: plan.price,
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
  const { changes, environment } = plan;
  return [
    ...(changes.length === 0 ? [`the machines of ${environment} are as the files want them`] : []),
    ...changes.flatMap(({ action, what, details, warning, losesData }) => [
      `${action === "destroy" || action === "replace" ? style.bad(words[action]) : words[action]}: ${what}`,
      ...details.map((detail) => style.dim(`  ${detail}`)),
      ...(warning === null ? [] : [losesData ? style.bad(`  ${warning}`) : `  ${warning}`]),
    ]),
    "",
    ...priceLines(plan),
    ...stockLines(plan),
  ];
}

function priceLines({ price: { currency, vat, before, after }, limit }: PlanDocument): readonly string[] {
  const money = ({ net, gross }: { readonly net: number; readonly gross: number | null }): string =>
    `${currency} ${net.toFixed(2)} net${gross === null || vat === null ? "" : `, ${gross.toFixed(2)} with ${vat}% VAT`}`;
  const same = before.net === after.net;
  return [
    same ? `per month: ${money(after)}` : `per month: ${money(before)} now; ${money(after)} then`,
    ...(after.unknown.length === 0 ? [] : [`  not in it, as no price is known: ${after.unknown.join(", ")}`]),
    ...(limit === null ? [] : [`  limit of wherry.yaml: ${currency} ${limit.toFixed(2)} net`]),
    ...(same
      ? []
      : ["  list prices of today, without traffic; what runs already may cost what it did when it was ordered"]),
  ];
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
  for (const text of planLines(planDocument(plan), plain)) if (text !== "") ctx.report({ type: "note", text });
}
