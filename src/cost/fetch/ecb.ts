import * as z from "zod";
import { asDecimal } from "../money.ts";
import type { PriceList } from "../schema.ts";
import { Refused, shaped } from "./model.ts";
import type { Asker } from "./model.ts";

/** Units of a dollar for one euro: the daily reference rate of the European Central Bank. */
const url =
  "https://data-api.ecb.europa.eu/service/data/EXR/D.USD.EUR.SP00.A?format=jsondata&detail=dataonly&lastNObservations=1";

/** SDMX-JSON: values by position, what the positions mean in `structure`. */
const Rates = z.object({
  dataSets: z.array(
    z.object({
      series: z.record(z.string(), z.object({ observations: z.record(z.string(), z.array(z.number().nullable())) })),
    }),
  ),
  structure: z.object({
    dimensions: z.object({
      series: z.array(z.object({ id: z.string(), values: z.array(z.object({ id: z.string() })) })),
      observation: z.array(z.object({ values: z.array(z.object({ id: z.iso.date() })) })),
    }),
  }),
});

export async function fetchRates(ask: Asker): Promise<PriceList["rates"]> {
  return readRates(await ask(url));
}

export function readRates(document: unknown): PriceList["rates"] {
  const { dataSets, structure } = shaped(Rates, document, "rates");
  const dimension = structure.dimensions.series.findIndex(({ id }) => id === "CURRENCY");
  const dollar = structure.dimensions.series[dimension]?.values.findIndex(({ id }) => id === "USD");
  const date = structure.dimensions.observation[0]?.values[0]?.id;
  const series = Object.entries(dataSets[0]?.series ?? {}).find(
    ([key]) => Number(key.split(":")[dimension]) === dollar,
  )?.[1];
  const value = Object.values(series?.observations ?? {})[0]?.[0];
  if (value == null || date === undefined) throw new Refused("rates of the ECB have none for the dollar");
  return { USD: { value: asDecimal(value), url, date, by: "provider" } };
}
