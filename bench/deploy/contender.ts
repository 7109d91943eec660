import type { TestServer } from "../../testbed/index.ts";
import type { Workspace } from "./workspace.ts";

/** One way to deploy the app to a server. */
export interface Contender {
  readonly name: string;
  /** The container that stands in front of the app, if it has one. */
  readonly proxy?: { readonly label: string };
  /** On a server that has only Docker. */
  first(place: Place): Promise<Reported>;
  /** Builds what the workspace holds now, and makes it live. */
  change(place: Place): Promise<Reported>;
  /** Makes the version live that was live before. */
  rollback(place: Place): Promise<Reported>;
  /** Removes what it has made on this machine. */
  clean(): Promise<void>;
}

export interface Place {
  readonly workspace: Workspace;
  /** How the deployer sees it: near, or far away. */
  readonly server: Pick<TestServer, "sshConfig" | "host" | "address">;
}

/** What the contender says about itself; kept beside what was measured. */
export type Reported = Readonly<Record<string, unknown>>;
