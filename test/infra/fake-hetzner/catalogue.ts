/** What the fake Hetzner sells. Made-up prices of a plausible size; names as of 2026. */

export const created = "2026-11-20T08:00:00Z";

const place = (id: number, name: string, city: string, zone: string) => ({
  id,
  name,
  description: `${city} 1`,
  country: "DE",
  city,
  latitude: 50.1,
  longitude: 10.2,
  network_zone: zone,
});

export const locations = [
  place(1, "fsn1", "Falkenstein", "eu-central"),
  place(2, "nbg1", "Nuremberg", "eu-central"),
  place(3, "hel1", "Helsinki", "eu-central"),
  place(4, "ash", "Ashburn", "us-east"),
];

const money = (net: number) => ({ net: net.toFixed(4), gross: (net * 1.19).toFixed(4) });

const at = (location: string, monthly: number) => ({
  location,
  price_hourly: money(monthly / 730),
  price_monthly: money(monthly),
});

const traffic = { included_traffic: 21_990_232_555_520, price_per_tb_traffic: money(1) };

interface Sold {
  readonly name: string;
  readonly cores: number;
  readonly memory: number;
  readonly disk: number;
  readonly architecture?: string;
  readonly cpu?: string;
  readonly price: number;
  readonly in: readonly string[];
}

const sold: readonly Sold[] = [
  { name: "cx23", cores: 2, memory: 4, disk: 40, price: 5, in: ["fsn1", "nbg1", "hel1"] },
  { name: "cx33", cores: 4, memory: 8, disk: 80, price: 8, in: ["fsn1", "nbg1", "hel1"] },
  { name: "cpx22", cores: 2, memory: 4, disk: 80, price: 20, in: ["fsn1", "nbg1", "hel1"] },
  { name: "cpx21", cores: 3, memory: 4, disk: 80, price: 30, in: ["ash"] },
  { name: "cax11", cores: 2, memory: 4, disk: 40, architecture: "arm", price: 6, in: ["fsn1", "nbg1"] },
  { name: "ccx13", cores: 2, memory: 8, disk: 80, cpu: "dedicated", price: 43, in: ["fsn1", "nbg1"] },
];

/** `outOfStock`: `cx23 nbg1`. */
export function serverTypes(outOfStock: ReadonlySet<string>) {
  return sold.map((type, index) => ({
    id: index + 100,
    name: type.name,
    description: type.name.toUpperCase(),
    category: type.cpu === "dedicated" ? "General Purpose" : "Cost-Optimized",
    cores: type.cores,
    memory: type.memory,
    disk: type.disk,
    storage_type: "local",
    cpu_type: type.cpu ?? "shared",
    architecture: type.architecture ?? "x86",
    prices: type.in.map((location) => ({ ...at(location, type.price), ...traffic })),
    deprecation: null,
    locations: locations
      .filter(({ name }) => type.in.includes(name))
      .map(({ id, name }) => ({
        id,
        name,
        recommended: !outOfStock.has(`${type.name} ${name}`),
        available: !outOfStock.has(`${type.name} ${name}`),
        deprecation: null,
      })),
  }));
}

export const images = ["debian-13", "ubuntu-24.04"].flatMap((name, index) =>
  ["x86", "arm"].map((architecture, half) => ({
    id: 200 + index * 2 + half,
    status: "available",
    type: "system",
    name,
    description: name,
    image_size: null,
    disk_size: 5,
    created,
    created_from: null,
    bound_to: null,
    os_flavor: name.split("-")[0] ?? "",
    os_version: name.split("-")[1] ?? "",
    architecture,
    rapid_deploy: true,
    protection: { delete: false },
    deprecated: null,
    deleted: null,
    labels: {},
  })),
);

const everywhere = (monthly: number) => locations.map(({ name }) => at(name, monthly));

export function pricing() {
  return {
    currency: "EUR",
    vat_rate: "19.000000",
    image: { price_per_gb_month: money(0.0143) },
    floating_ips: [],
    primary_ips: [
      { type: "ipv4", prices: everywhere(0.5).map((price) => ({ datacenter: "", ...price })) },
      { type: "ipv6", prices: everywhere(0).map((price) => ({ datacenter: "", ...price })) },
    ],
    server_backup: { percentage: "20.0000000000" },
    server_types: serverTypes(new Set()).map(({ id, name, prices }) => ({ id, name, prices })),
    load_balancer_types: [{ id: 1, name: "lb11", prices: everywhere(7.5).map((price) => ({ ...price, ...traffic })) }],
    volume: { price_per_gb_month: money(0.05) },
  };
}
