import { createRequire } from "node:module";
import type Sodium from "libsodium-wrappers";

// The module for `import` asks for a file that the package does not have under that name; the other one is whole.
const sodium = createRequire(import.meta.url)("libsodium-wrappers") as typeof Sodium;

export interface FakeAccount {
  readonly plan: "free" | "pro" | "team" | "enterprise";
  readonly visibility: "public" | "private";
  readonly owner: "User" | "Organization";
  /** Does the token show the plan? */
  readonly showsPlan: boolean;
  /** Is the token's user an administrator of the repository? */
  readonly admin: boolean;
}

export interface StoredSecret {
  /** What GitHub alone can read. */
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface StoredVariable {
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface StoredEnvironment {
  readonly id: number;
  waitTimer: number;
  preventSelfReview: boolean;
  reviewers: readonly { readonly type: "User" | "Team"; readonly id: number }[];
  refs: { readonly protected_branches: boolean; readonly custom_branch_policies: boolean } | null;
  readonly policies: { readonly id: number; readonly name: string; readonly type: "branch" | "tag" }[];
  readonly secrets: Map<string, StoredSecret>;
  readonly variables: Map<string, StoredVariable>;
  readonly keys: KeyPair;
  readonly createdAt: string;
}

interface KeyPair {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

export interface StoredRuleset {
  readonly id: number;
  readonly createdAt: string;
  body: Readonly<Record<string, unknown>> & { readonly name: string; readonly enforcement: string };
}

/** Everything that one repository has on GitHub. */
export interface World {
  account: FakeAccount;
  readonly settings: {
    deleteBranchOnMerge: boolean;
    workflow: { default_workflow_permissions: string; can_approve_pull_request_reviews: boolean };
    forkApproval: string;
    privateReports: boolean;
    alerts: boolean;
    secretScanning: boolean;
    pushProtection: boolean;
  };
  readonly labels: { readonly name: string; readonly color: string; readonly description: string | null }[];
  readonly environments: Map<string, StoredEnvironment>;
  readonly rulesets: StoredRuleset[];
  /** GitHub's own clock: each change is a second later. */
  tick(): string;
  id(): number;
  newEnvironment(): StoredEnvironment;
}

export async function createWorld(account: FakeAccount): Promise<World> {
  await sodium.ready;
  let seconds = 0;
  let ids = 100;
  const tick = (): string => new Date(Date.UTC(2026, 10, 20) + (seconds += 1) * 1000).toISOString().replace(".000", "");
  const id = (): number => (ids += 1);
  return {
    account,
    settings: {
      deleteBranchOnMerge: false,
      workflow: { default_workflow_permissions: "write", can_approve_pull_request_reviews: true },
      forkApproval: "first_time_contributors",
      privateReports: false,
      alerts: false,
      secretScanning: false,
      pushProtection: false,
    },
    labels: [{ name: "bug", color: "d73a4a", description: "Something isn't working" }],
    environments: new Map(),
    rulesets: [],
    tick,
    id,
    newEnvironment() {
      const { publicKey, privateKey } = sodium.crypto_box_keypair();
      return {
        id: id(),
        waitTimer: 0,
        preventSelfReview: false,
        reviewers: [],
        refs: null,
        policies: [],
        secrets: new Map(),
        variables: new Map(),
        keys: { id: String(id()), publicKey, privateKey },
        createdAt: tick(),
      };
    },
  };
}

/** What libsodium itself makes of a sealed value; undefined where it was sealed for somebody else. */
export function openSealed({ publicKey, privateKey }: KeyPair, sealed: string): string | undefined {
  try {
    return Buffer.from(sodium.crypto_box_seal_open(Buffer.from(sealed, "base64"), publicKey, privateKey)).toString();
  } catch {
    return undefined;
  }
}
