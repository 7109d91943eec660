import type { SecretsFrom } from "../../config/index.ts";
import { refusedError, Secret, usageError } from "../../core/index.ts";
import type { WherryError } from "../../core/index.ts";
import { describeCommit } from "../../git/index.ts";
import { explainTrouble, openGitHubApi, refusalOf, repositoryOn, seal } from "../../github/index.ts";
import type { GitHubApi } from "../../github/index.ts";
import type { Context } from "../../system/index.ts";
import type { SecretPlace, SecretSource } from "./source.ts";

type Options = SecretsFrom & { readonly kind: "github" };

const base = "/repos/{owner}/{repo}/environments/{environment_name}/secrets" as const;

/** GitHub's own rules: https://docs.github.com/en/actions/reference/security/secrets */
const secretName = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i;
const largest = 48 * 1024;
const perPage = 100;

/**
 * The secrets of the environment at GitHub. They go in sealed, and no question brings them out: names and times are all that it
 * tells. A run of its Actions has them as variables, and asks for nothing else: its token may not even list them.
 */
export function githubSource(ctx: Context, place: SecretPlace, { environment }: Options): SecretSource {
  const title = `github (environment ${environment})`;
  const inActions = ctx.env["GITHUB_ACTIONS"] === "true";
  const given = (name: string): string => ctx.env[name] ?? "";
  let opened: Promise<GitHubApi> | undefined;
  const open = (): Promise<GitHubApi> => (opened ??= openApi(ctx, place.directory));
  const at = ({ place: { owner, name } }: GitHubApi) => ({ owner, repo: name, environment_name: environment });

  /** Without those that only pipelines need, such as the key of the deploy user. */
  async function there(): Promise<ReadonlyMap<string, string>> {
    const api = await open();
    const found = new Map<string, string>();
    for (let page = 1; ; page += 1) {
      const { data } = await doing(api, `list the secrets of ${environment}`, () =>
        api.request(`GET ${base}`, { ...at(api), per_page: perPage, page }),
      );
      for (const { name, updated_at } of data.secrets) if (!name.startsWith("WHERRY_")) found.set(name, updated_at);
      if (data.secrets.length < perPage) return found;
    }
  }

  async function doing<T>(api: GitHubApi, what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (refusalOf(error)?.status === 404) throw noEnvironment(api, environment);
      throw explainTrouble(error, api.place, what);
    }
  }

  return {
    title,
    readOnly: inActions ? "a run of GitHub Actions gets its secrets, and cannot change them" : undefined,
    writeOnly: inActions ? undefined : "GitHub tells the value of a secret to nobody: only its workflows get it",
    unreadable: async () => (inActions ? undefined : "values go in, and come out in workflows alone"),
    async names(wanted) {
      if (inActions) return wanted.filter((name) => given(name) !== "");
      // GitHub knows them in capital letters alone.
      return [...(await there()).keys()].map((name) => wanted.find((one) => one.toUpperCase() === name) ?? name);
    },
    async changed(wanted) {
      if (inActions) return new Map();
      const all = await there();
      return new Map(wanted.flatMap((name) => timeOf(name, all.get(name.toUpperCase()))));
    },
    async read(names) {
      if (!inActions) return new Map();
      return new Map(names.flatMap((name) => (given(name) === "" ? [] : [[name, new Secret(given(name))] as const])));
    },
    async write(values) {
      for (const [name, value] of values) refuseOdd(name, value);
      const api = await open();
      const { data: key } = await doing(api, `ask for the public key of ${environment}`, () =>
        api.request(`GET ${base}/public-key`, at(api)),
      );
      for (const [name, value] of values) {
        const sealed = { encrypted_value: seal(value, key.key), key_id: key.key_id };
        await doing(api, `set the secret ${name} of ${environment}`, () =>
          api.request(`PUT ${base}/{secret_name}`, { ...at(api), secret_name: name, ...sealed }),
        );
      }
      return { notes: ["GitHub tells it to nobody: without a copy elsewhere, only workflows can deploy with it"] };
    },
    async remove(names) {
      const api = await open();
      const having = await there();
      for (const name of names) {
        if (!having.has(name.toUpperCase())) continue;
        await doing(api, `remove the secret ${name} of ${environment}`, () =>
          api.request(`DELETE ${base}/{secret_name}`, { ...at(api), secret_name: name }),
        );
      }
    },
  };
}

async function openApi(ctx: Context, directory: string): Promise<GitHubApi> {
  const described = await describeCommit(ctx, directory);
  const place = described === undefined ? undefined : repositoryOn(ctx, described.repository);
  if (place === undefined) {
    throw usageError("not-on-github", "secrets_from has github, and origin of this repository is not on GitHub", {
      hint: "git remote add origin https://github.com/OWNER/NAME; for a GitHub Enterprise Server set GITHUB_API_URL and GITHUB_SERVER_URL",
    });
  }
  try {
    return await openGitHubApi(ctx, place, () => {});
  } catch (error) {
    throw explainTrouble(error, place, "get a token for the GitHub App");
  }
}

function noEnvironment({ place: { owner, name } }: GitHubApi, environment: string): WherryError {
  return refusedError(
    "no-environment",
    `${owner}/${name} has no environment ${environment} at GitHub, or the token may not see it`,
    {
      hint: "wherry github setup makes it; environments need a public repository or a paid plan",
    },
  );
}

function refuseOdd(name: string, value: Secret): void {
  if (!secretName.test(name)) {
    throw usageError("invalid-secret", `GitHub takes no secret with the name ${name}`, {
      hint: "letters, digits and _, and not GITHUB_ in front",
    });
  }
  if (Buffer.byteLength(value.reveal()) > largest) {
    throw usageError("value-not-possible", `the value of ${name} is larger than the 48 KB that GitHub takes`, {
      hint: "keep it in another source, such as age",
    });
  }
}

function timeOf(name: string, updatedAt: string | undefined): readonly (readonly [string, string])[] {
  return updatedAt === undefined ? [] : [[name, updatedAt]];
}
