import { block, comment, expression, mapping, set } from "../hcl.ts";
import type { Item } from "../hcl.ts";
import type { Machines } from "../machines.ts";
import type { Provider } from "../provider.ts";

/** versions.tf: the program, the provider, and where what is known of the machines is kept. */
export function versions({ app, environment, state }: Machines, provider: Provider): readonly Item[] {
  const { name, source, version } = provider.requirement;
  return [
    comment(
      `The machines of ${app} ${environment}, as plain OpenTofu (or Terraform) files: tofu init, tofu plan, tofu apply.`,
      `The token comes from the environment: ${provider.token.variable}. Commit .terraform.lock.hcl: it holds what the provider must be,`,
      "byte for byte. For other systems: tofu providers lock -platform=linux_amd64 -platform=darwin_arm64",
    ),
    block(
      "terraform",
      [],
      set("required_version", ">= 1.7.0"),
      block("required_providers", [], set(name, mapping({ source, version }))),
      ...(state === undefined ? [] : [remoteState(app, environment, state)]),
    ),
    block("provider", [name]),
  ];
}

function remoteState(app: string, environment: string, state: NonNullable<Machines["state"]>): Item {
  const { bucket, endpoint, region } = state;
  const elsewhere: readonly Item[] = [
    comment("Stores that are not AWS know neither its accounts and regions nor its checksums."),
    set("endpoints", mapping({ s3: endpoint ?? "" })),
    set("use_path_style", true),
    set("skip_credentials_validation", true),
    set("skip_metadata_api_check", true),
    set("skip_region_validation", true),
    set("skip_requesting_account_id", true),
    set("skip_s3_checksum", true),
  ];
  return block(
    "backend",
    ["s3"],
    comment("Keys from the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."),
    set("bucket", bucket),
    set("key", `${app}/${environment}.tfstate`),
    set("region", region),
    ...(endpoint === undefined ? [set("use_lockfile", true), set("encrypt", true)] : elsewhere),
  );
}

const variable = (name: string, type: string, description: string, ...more: readonly Item[]): Item =>
  block("variable", [name], set("type", expression(type)), set("description", description), ...more);

/** variables.tf; values are in terraform.tfvars. */
export function variables(): readonly Item[] {
  return [
    variable("server_type", "string", "Type of the servers. Another one means a power-off"),
    variable("location", "string", "Where the servers stand. Another one means other servers"),
    variable("server_count", "number", "How many servers"),
    variable("image", "string", "Operating system, for new servers alone"),
    variable("backups", "bool", "Daily copies of the servers' own disks, by the provider"),
    variable("data_size", "number", "GB of the volume of each server; 0: none. Can only grow"),
    variable("ssh_from", "list(string)", "Address ranges that reach port 22"),
    variable("ssh_keys", "map(string)", "Public keys that may log in, by MD5 fingerprint"),
    variable(
      "first_host_key",
      "object({ private = string, public = string })",
      "Host key of a server's first minutes, so that it can be told from others. Without one, compare fingerprints by hand",
      set("default", mapping({ private: "", public: "" })),
      set("sensitive", true),
    ),
  ];
}

/** The file of `values`. */
export const valuesName = "terraform.tfvars";

/** The size of servers and where they stand. */
export interface WrittenType {
  readonly type: string;
  readonly location: string;
}

/** What a file of `values` has of it, also where somebody has edited it; undefined where that is not plain. */
export function writtenType(text: string): WrittenType | undefined {
  const of = (name: string): string | undefined => new RegExp(`^${name}\\s*=\\s*"([\\w.-]+)"`, "m").exec(text)?.[1];
  const [type, location] = [of("server_type"), of("location")];
  return type === undefined || location === undefined ? undefined : { type, location };
}

/** terraform.tfvars: what is likely to be changed. */
export function values(machines: Machines): readonly Item[] {
  const { serverType, location, count, image, backups, data, sshFrom, keys } = machines;
  return [
    set("server_type", serverType),
    set("location", location),
    set("server_count", count),
    set("image", image),
    set("backups", backups),
    set("data_size", data ?? 0),
    set("ssh_from", sshFrom),
    set("ssh_keys", mapping(Object.fromEntries(keys.map(({ fingerprint, text }) => [fingerprint, text])))),
  ];
}
