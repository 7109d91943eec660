import type { Notice, ServiceModel } from "./model.ts";
import { notice } from "./notice.ts";
import type { ComposeProject } from "./project.ts";

/** Networks are made anew for each release: what of their settings cannot be kept, and which cannot be made at all. */
export function checkNetworks(project: ComposeProject, services: readonly ServiceModel[]): readonly Notice[] {
  const own = [...new Set(services.flatMap((service) => service.networks.map(({ name }) => name)))];
  return [
    ...own.flatMap((name) => checkNetwork(project, name)),
    ...services.flatMap((service) => checkAddresses(project, service)),
  ];
}

function checkNetwork(project: ComposeProject, name: string): readonly Notice[] {
  const network = project.document.networks[name] ?? {};
  const at = (key: string): ReturnType<ComposeProject["positionOf"]> =>
    project.positionOf(["networks", name, key]) ?? project.positionOf(["networks", name]);
  const notices: Notice[] = [];
  if (network.driver !== undefined && network.driver !== "" && network.driver !== "bridge") {
    const hint = "make the network yourself, and write external: true";
    notices.push(
      notice(
        "error",
        "network-driver",
        `networks.${name}.driver: Wherry makes bridge networks, not ${network.driver}`,
        at("driver"),
        hint,
      ),
    );
  }
  if (network["enable_ipv4"] === false)
    notices.push(
      notice(
        "error",
        "network-ipv4",
        `networks.${name}.enable_ipv4: the proxy reaches services by IPv4`,
        at("enable_ipv4"),
      ),
    );
  if (Object.keys(network["ipam"] ?? {}).length > 0) {
    notices.push(
      notice(
        "note",
        "network-subnet",
        `networks.${name}.ipam: Wherry chooses the subnets, so that two releases can run side by side`,
        at("ipam"),
      ),
    );
  }
  if (network.name !== undefined && network.name !== `${project.name}_${name}`) {
    const hint = "if other projects use it, make it yourself and write external: true";
    notices.push(
      notice(
        "note",
        "network-name",
        `networks.${name}.name: each release has its own copy, with a name by Wherry`,
        at("name"),
        hint,
      ),
    );
  }
  return notices;
}

function checkAddresses(project: ComposeProject, service: ServiceModel): readonly Notice[] {
  return Object.entries(project.document.services[service.name]?.networks ?? {}).flatMap(([network, attachment]) =>
    ["ipv4_address", "ipv6_address", "mac_address"]
      .filter((key) => attachment?.[key] !== undefined && attachment[key] !== "")
      .map((key) => {
        const at = project.positionOf(["services", service.name, "networks", network, key]) ?? service.at;
        return notice(
          "note",
          "fixed-address",
          `services.${service.name}.networks.${network}.${key} is dropped: two releases cannot have the same; use the name ${service.name}`,
          at,
        );
      }),
  );
}
