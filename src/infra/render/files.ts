import { renderHcl } from "../hcl.ts";
import { folderOf } from "../machines.ts";
import type { Machines } from "../machines.ts";
import type { WantedFile } from "../../writer/index.ts";
import type { Provider } from "../provider.ts";
import { values, valuesName, variables, versions } from "./settings.ts";

/** The files of one environment; paths relative to the folder of wherry.yaml. */
export function machineFiles(machines: Machines, provider: Provider): readonly WantedFile[] {
  const { main, network, outputs, cloudInit } = provider.render(machines);
  const folder = folderOf(machines.environment);
  const file = (name: string, content: string): WantedFile => ({ path: `${folder}/${name}`, content, comment: "#" });
  return [
    file("versions.tf", renderHcl(versions(machines, provider))),
    file("variables.tf", renderHcl(variables())),
    file(valuesName, renderHcl(values(machines))),
    file("main.tf", renderHcl(main)),
    file("network.tf", renderHcl(network)),
    file("outputs.tf", renderHcl(outputs)),
    file("cloud-init.yaml.tftpl", cloudInit),
    file(".gitignore", ignored),
  ];
}

/** State and plans hold addresses and keys; what Wherry puts here for the time of one command is its own. */
const ignored = `.terraform/
*.tfstate
*.tfstate.*
*.tfplan
crash.log
crash.*.log
wherry_override.tf
wherry_adopt.tf
first_host_key*
`;
