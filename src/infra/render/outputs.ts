import { block, expression, set } from "../hcl.ts";
import type { Item } from "../hcl.ts";

/** What is read back of each server, as expressions in which `server` and `name` are known. */
interface ServerOutput {
  readonly ipv4: string;
  readonly ipv6: string;
  readonly private: string;
  readonly volume: string;
}

/**
 * The output `servers`, in the words that state.ts reads at every provider.
 * @param type of the servers' resource, which the files call `app`
 */
export function serversOutput(type: string, { ipv4, ipv6, private: inside, volume }: ServerOutput): Item {
  return output(
    "servers",
    "Servers by name",
    `{
  for name, server in ${type}.app : name => {
    id      = server.id
    ipv4    = ${ipv4}
    ipv6    = ${ipv6}
    private = ${inside}
    volume  = ${volume}
  }
}`,
  );
}

export function loadBalancerOutput(addresses: string): Item {
  return output("load_balancer", "Where requests go", addresses);
}

function output(name: string, description: string, value: string): Item {
  return block("output", [name], set("description", description), set("value", expression(value)));
}
