import type { AddedFile, HistorySummary, NoHistory } from "../../git/index.ts";
import type { RepositoryFacts } from "../../github/index.ts";
import type { LedgerLine, ServerStatus, Status } from "../../release/index.ts";
import type { ComposeFile } from "./compose-files.ts";
import type { Dockerfile } from "./dockerfile.ts";
import type { SeenFiles } from "./files.ts";
import type { Pipeline } from "./pipelines.ts";
import type { WherryYaml } from "./wherry-yaml.ts";

/** A thing that could be looked at, with the question that was asked; or why it could not. */
export type Known<T> =
  | { readonly known: true; readonly asked: string; readonly value: T }
  | { readonly known: false; readonly asked: string; readonly reason: string };

/** What one assessment has looked at. Data; checks are functions of it. */
export interface Seen {
  /** Top of the repository, or the folder that was named. Absolute. */
  readonly directory: string;
  readonly name: string;
  readonly now: Date;
  readonly files: SeenFiles;
  /** A word where there is no history. */
  readonly history: HistorySummary | NoHistory;
  /** Full hash of what is checked out. */
  readonly commit: string | undefined;
  /** Files with names of secrets that any commit has added. */
  readonly addedSecrets: Known<readonly AddedFile[]>;
  /** The ignore rule that covers `.env`; undefined where none does. */
  readonly envIgnored: Known<string | undefined>;
  /** Newest commit that touched documentation. */
  readonly documentation: Known<{ readonly commit: string; readonly date: string } | undefined>;
  readonly hosting: Hosting;
  readonly server: SeenServer;
  readonly pipelines: readonly Pipeline[];
  readonly dockerfiles: readonly Dockerfile[];
  readonly composeFiles: readonly ComposeFile[];
  readonly wherryYaml: WherryYaml | undefined;
  /** Every command and request. */
  readonly asked: readonly string[];
}

/** Where the repository is hosted, and what the host says. */
export type Hosting =
  | { readonly kind: "github"; readonly repository: string; readonly facts: RepositoryFacts }
  /** `host` undefined: no remote is known. */
  | {
      readonly kind: "unknown";
      readonly host: string | undefined;
      readonly reason: string;
      /** It is on GitHub, and a token is all that is missing. */
      readonly token?: "missing";
    };

/** What the server of one environment says. */
export type SeenServer =
  | {
      readonly asked: true;
      readonly environment: string;
      readonly machine: Known<ServerStatus>;
      readonly status: Known<Status>;
      /** Newest first. */
      readonly ledger: Known<readonly LedgerLine[]>;
    }
  | { readonly asked: false };
