import * as z from "zod";
import { asDecimal } from "../money.ts";
import type { Provider, Size } from "../schema.ts";
import { Refused, shaped, someSizes } from "./model.ts";
import type { Fetcher } from "./model.ts";

const api = "https://prices.azure.com/api/retail/prices";

/** https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices */
const Page = z.object({
  BillingCurrency: z.string(),
  Items: z.array(
    z.object({
      currencyCode: z.string(),
      retailPrice: z.number(),
      armRegionName: z.string(),
      armSkuName: z.string(),
      skuName: z.string(),
      productName: z.string(),
      unitOfMeasure: z.string(),
      type: z.string(),
    }),
  ),
  NextPageLink: z.string().nullable(),
});

export const azure: Fetcher = {
  tokens: [],
  async fetch(ask, packaged, date) {
    const pages: unknown[] = [];
    let next: string | null = questionFor(packaged);
    while (next !== null && pages.length < 20) {
      const page = await ask(next);
      pages.push(page);
      next = shaped(Page, page, "prices").NextPageLink;
      if (next !== null && new URL(next).origin !== new URL(api).origin)
        throw new Refused("prices.azure.com sends us to another host");
    }
    return readAzure(pages, packaged, date);
  },
};

/** The API names no processors and no memory: it is asked for the sizes that the list knows. */
export function questionFor({ sizes }: Provider): string {
  const names = sizes.map(({ name }) => `armSkuName eq 'Standard_${name}'`).join(" or ");
  const filter = `serviceName eq 'Virtual Machines' and armRegionName eq 'westeurope' and priceType eq 'Consumption' and (${names})`;
  return `${api}?currencyCode='EUR'&$filter=${encodeURIComponent(filter)}`;
}

export function readAzure(pages: readonly unknown[], packaged: Provider, date: string): Provider {
  const items = pages
    .flatMap((page) => shaped(Page, page, "prices").Items)
    .filter(
      ({ currencyCode, armRegionName, skuName, productName, unitOfMeasure, type }) =>
        currencyCode === packaged.currency &&
        armRegionName === "westeurope" &&
        unitOfMeasure === "1 Hour" &&
        type === "Consumption" &&
        // The same machine with Windows, or one that is taken away when somebody pays more.
        !/Windows/.test(productName) &&
        !/Spot|Low Priority/.test(skuName),
    );
  const sizes = packaged.sizes.map((size): Size => {
    const item = items.find(({ armSkuName }) => armSkuName === `Standard_${size.name}`);
    return item === undefined ? size : { ...size, hour: asDecimal(item.retailPrice), from: "api" };
  });
  if (sizes.every(({ from }) => from !== "api")) throw new Refused("prices of Azure name no server of the list");
  return {
    ...packaged,
    sources: { ...packaged.sources, api: { url: api, date, by: "provider" } },
    sizes: someSizes(sizes, "prices of Azure"),
  };
}
