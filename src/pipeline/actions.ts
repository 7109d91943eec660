/**
 * The external actions that generated workflows use, each at one commit. A tag is not a version: in March 2026 nearly all
 * tags of two scanners' actions were moved to a stealer (CVE-2026-33634), and those who had pinned commits were not hit.
 * `wherry pipeline verify` asks GitHub whether tags and commits still belong together.
 */
export interface PinnedAction {
  /** `owner/name`, or `owner/name/path`. */
  readonly action: string;
  /** Tag, as it stands in the comment behind the commit. */
  readonly version: string;
  /** 40 hexadecimal digits: the commit itself, not the object of an annotated tag. */
  readonly commit: string;
  /** Day on which the pair was last looked at, and where it was seen. */
  readonly seen: { readonly on: string; readonly source: string };
}

/** What of the pairs is only seen in other projects' workflows says so: verify is the one that knows. */
const entries = [
  {
    action: "actions/checkout",
    version: "v7.0.1",
    commit: "3d3c42e5aac5ba805825da76410c181273ba90b1",
    seen: { on: "2026-08-22", source: "pinned by three unrelated projects" },
  },
  {
    action: "actions/setup-node",
    version: "v7.0.0",
    commit: "820762786026740c76f36085b0efc47a31fe5020",
    seen: { on: "2026-08-18", source: "the tag in actions/setup-node; pinned by anchore/scan-action" },
  },
  {
    action: "actions/setup-python",
    version: "v6.2.0",
    commit: "a309ff8b426b58ec0e2a45f0f869d46889d02405",
    seen: { on: "2026-11-25", source: "pinned with this version by nine unrelated projects" },
  },
  {
    action: "actions/setup-go",
    version: "v6.4.0",
    commit: "4a3601121dd01d1626a1e23e37211e3254c1c06c",
    seen: { on: "2026-11-25", source: "pinned with this version by four unrelated projects" },
  },
  {
    action: "actions/setup-java",
    version: "v5.2.0",
    commit: "be666c2fcd27ec809703dec50e508c2fdc7f6654",
    seen: { on: "2026-11-25", source: "pinned with this version by seven unrelated projects; one calls it v5.1.0" },
  },
  {
    action: "docker/setup-buildx-action",
    version: "v4.2.0",
    commit: "bb05f3f5519dd87d3ba754cc423b652a5edd6d2c",
    seen: { on: "2026-08-22", source: "pinned by zizmorcore/zizmor" },
  },
  {
    action: "docker/build-push-action",
    version: "v7.3.0",
    commit: "53b7df96c91f9c12dcc8a07bcb9ccacbed38856a",
    seen: { on: "2026-08-22", source: "pinned by zizmorcore/zizmor" },
  },
  {
    action: "aquasecurity/trivy-action",
    version: "v0.36.0",
    commit: "ed142fd0673e97e23eac54620cfb913e5ce36c25",
    seen: { on: "2026-06-30", source: "the annotated tag in aquasecurity/trivy-action, peeled" },
  },
  {
    action: "actions/upload-artifact",
    version: "v7.0.1",
    commit: "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a",
    seen: { on: "2026-11-26", source: "pinned with this version by two unrelated projects, as v7 by three more" },
  },
] as const satisfies readonly PinnedAction[];

export const actions: readonly PinnedAction[] = entries;

export type ActionName = (typeof entries)[number]["action"];

/** The version of the scanner itself, which its action would otherwise choose. */
export const trivyVersion = "v0.72.0";

/** The pin of an action of the table. */
export function pinOf(name: ActionName): PinnedAction {
  const found = actions.find(({ action }) => action === name);
  if (found === undefined) throw new Error(`${name} is not in the table`);
  return found;
}
