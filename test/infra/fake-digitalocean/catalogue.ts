/** What the fake DigitalOcean sells. Made-up prices of a plausible size; names as of 2026. */

export const created = "2026-11-20T08:00:00Z";

const features = ["backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"];

interface Sold {
  readonly slug: string;
  readonly vcpus: number;
  /** GB */
  readonly memory: number;
  readonly disk: number;
  readonly price: number;
  readonly in: readonly string[];
}

const sold: readonly Sold[] = [
  { slug: "s-1vcpu-1gb", vcpus: 1, memory: 1, disk: 25, price: 6, in: ["fra1", "ams3"] },
  { slug: "s-2vcpu-4gb", vcpus: 2, memory: 4, disk: 80, price: 24, in: ["fra1", "ams3"] },
  { slug: "s-2vcpu-4gb-amd", vcpus: 2, memory: 4, disk: 80, price: 28, in: ["fra1", "ams3"] },
  { slug: "c-2", vcpus: 2, memory: 4, disk: 25, price: 42, in: ["fra1"] },
  { slug: "g-2vcpu-8gb", vcpus: 2, memory: 8, disk: 25, price: 63, in: ["fra1", "ams3"] },
  { slug: "gpu-h100x1-80gb", vcpus: 20, memory: 240, disk: 720, price: 2522.16, in: ["fra1"] },
];

/** `outOfStock`: `s-2vcpu-4gb fra1`. A size without a region at all is not available. */
export function sizes(outOfStock: ReadonlySet<string>) {
  return sold.map(({ slug, vcpus, memory, disk, price, in: places }) => {
    const regions = places.filter((place) => !outOfStock.has(`${slug} ${place}`));
    return {
      slug,
      memory: memory * 1024,
      vcpus,
      disk,
      transfer: 4,
      price_monthly: price,
      price_hourly: price / 672,
      regions,
      available: regions.length > 0,
      description: slug.startsWith("s-") ? "Basic" : "Dedicated",
    };
  });
}

const region = (slug: string, name: string, available = true) => ({
  slug,
  name,
  available,
  features,
  sizes: sold.filter((size) => size.in.includes(slug)).map((size) => size.slug),
});

export const regions = [
  region("fra1", "Frankfurt 1"),
  region("ams3", "Amsterdam 3"),
  region("sfo1", "San Francisco 1", false),
];

export const images = ["debian-13-x64", "ubuntu-24-04-x64"].map((slug, index) => ({
  id: 200 + index,
  name: slug,
  type: "base",
  distribution: slug.startsWith("debian") ? "Debian" : "Ubuntu",
  slug,
  public: true,
  regions: regions.map((one) => one.slug),
  min_disk_size: 7,
  size_gigabytes: 0.6,
  created_at: created,
  description: slug,
  tags: [],
  status: "available",
}));
