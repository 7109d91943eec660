/**
 * Writes what DigitalOcean's provider for OpenTofu takes and tells, as JSON to standard output. Run by hand, when a newer
 * version is to be held against: the tests compare the files that Wherry writes with it. The source is a package that was
 * generated from the provider's own schema, and is not a dependency:
 *
 *   npm pack @cdktf/provider-digitalocean@13.14.1 && tar xzf cdktf-provider-digitalocean-13.14.1.tgz
 *   node scripts/digitalocean-schema.ts package > test/infra/fake-digitalocean/provider-schema.json
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const types: Readonly<Record<string, string>> = {
  digitalocean_droplet: "droplet",
  digitalocean_firewall: "firewall",
  digitalocean_loadbalancer: "loadbalancer",
  digitalocean_record: "record",
  digitalocean_reserved_ip: "reserved-ip",
  digitalocean_reserved_ip_assignment: "reserved-ip-assignment",
  digitalocean_ssh_key: "ssh-key",
  digitalocean_tag: "tag",
  digitalocean_volume: "volume",
  digitalocean_volume_attachment: "volume-attachment",
  digitalocean_vpc: "vpc",
};

interface Body {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly blocks: Readonly<Record<string, Body>>;
}

/** The last interface of the file whose name ends like this. */
function interfaceOf(text: string, name: string): string {
  return new RegExp(`^export interface ${name}\\b[^{]*\\{\\n(.*?)^\\}`, "ms").exec(text)?.[1] ?? "";
}

function bodyOf(text: string, name: string): Body {
  const required: string[] = [];
  const optional: string[] = [];
  const blocks: Record<string, Body> = {};
  const fields = interfaceOf(text, name).matchAll(/#(\w+) \w+#\w+\}.*?readonly \w+(\??): ([^;]+);/gs);
  for (const [, field = "", mark, type = ""] of fields) {
    const inner = /^([A-Z]\w+?)(\[\])?(?: \| .*)?$/.exec(type)?.[1];
    if (inner !== undefined) blocks[field] = bodyOf(text, inner);
    else (mark === "?" ? optional : required).push(field);
  }
  return { required: required.toSorted(), optional: optional.toSorted(), blocks };
}

const folder = process.argv[2] ?? "package";
let version = "";
const resources = Object.entries(types).map(([type, file]) => {
  const text = readFileSync(join(folder, "lib", file, "index.d.ts"), "utf8");
  version = /digitalocean\/digitalocean\/([\d.]+)\//.exec(text)?.[1] ?? version;
  const config = /^export interface (\w+Config) /m.exec(text)?.[1] ?? "";
  const told = [...text.matchAll(/^ {4}get (\w+)\(\)/gm)]
    .map(([, name = ""]) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .filter((name) => !name.endsWith("_input"));
  return [type, { ...bodyOf(text, config), told: [...new Set(told)].toSorted() }];
});
process.stdout.write(
  `${JSON.stringify({ source: "@cdktf/provider-digitalocean 13.14.1 (MPL-2.0)", version, resources: Object.fromEntries(resources) }, undefined, 1)}\n`,
);
