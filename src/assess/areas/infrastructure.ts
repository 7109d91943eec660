import type { Answer, Check } from "../check.ts";
import { byCommand, count, inFile, known, knownBy, noFile, nothingIn, unknown, wholeFile } from "../check.ts";
import type { Seen, SeenFile } from "../seen/index.ts";
import { notTold, onServer } from "./ask.ts";
import { pipelineDoes } from "./ci.ts";

const descriptions: readonly { readonly tool: string; readonly path: RegExp; readonly content?: RegExp }[] = [
  { tool: "Terraform or OpenTofu", path: /\.(?:tf|tofu)$/ },
  { tool: "Pulumi", path: /(?:^|\/)Pulumi\.ya?ml$/ },
  {
    tool: "Ansible",
    path: /(?:^|\/)(?:ansible\.cfg|(?:playbook|site)[\w-]*\.ya?ml|playbooks\/.+\.ya?ml|roles\/[\w-]+\/tasks\/main\.ya?ml)$/,
  },
  {
    tool: "cloud-init",
    path: /(?:^|\/)[\w.-]*(?:cloud-init|cloud-config|user-data)[\w.-]*$/,
    content: /^#cloud-config/,
  },
  { tool: "CloudFormation", path: /\.(?:ya?ml|json|template)$/, content: /AWSTemplateFormatVersion/ },
  { tool: "AWS CDK", path: /(?:^|\/)cdk\.json$/ },
  { tool: "Bicep", path: /\.bicep$/ },
  { tool: "NixOS", path: /(?:^|\/)configuration\.nix$/ },
  { tool: "Crossplane", path: /\.ya?ml$/, content: /^apiVersion:\s*\S*crossplane\.io/ },
];

function describedBy(seen: Seen): readonly { readonly tool: string; readonly file: SeenFile; readonly line: number }[] {
  return descriptions.flatMap(({ tool, path, content }) =>
    seen.files.find(path).flatMap((file) => {
      if (content === undefined) return [{ tool, file, line: 0 }];
      const line = file.lines.slice(0, 50).findIndex((text) => content.test(text)) + 1;
      return line === 0 ? [] : [{ tool, file, line }];
    }),
  );
}

/** Files of Terraform that are read; unknown where there are none. */
function withTerraform(seen: Seen, answer: (files: readonly SeenFile[]) => Answer): Answer {
  const files = seen.files.find(/\.(?:tf|tofu)$/).filter(({ content }) => content === "text");
  return files.length === 0 ? unknown("there is no file of Terraform or OpenTofu to look at") : answer(files);
}

/** Each place where a line matches. */
function places(files: readonly SeenFile[], pattern: RegExp) {
  return files.flatMap((file) =>
    file.lines.flatMap((text, index) => (pattern.test(text) ? [{ file, line: index + 1, text }] : [])),
  );
}

export const infrastructure: readonly Check[] = [
  {
    id: "infrastructure.described",
    question: "Does the repository describe its servers and networks?",
    looks:
      "Files of nine tools. 0: none in this repository, 2: what is inside of servers (Ansible, cloud-init), 3: the servers themselves.",
    weight: 5,
    effort: "days",
    best: 3,
    closes:
      "write down the server that there is in `main.tf` with the provider of its host, and import it: `tofu import`",
    answer(seen) {
      const found = describedBy(seen);
      if (found.length === 0) {
        if (seen.files.cut) return unknown("there are more files than were looked at");
        return known(
          0,
          "Nothing in this repository describes servers or networks",
          noFile(seen, "file of Terraform, OpenTofu, Pulumi, Ansible, cloud-init, CloudFormation, CDK, Bicep or NixOS"),
        );
      }
      const tools = [...new Set(found.map(({ tool }) => tool))];
      const evidence = found.map(({ file, line, tool }) =>
        line === 0 ? wholeFile(file, tool) : inFile(file, line, tool),
      );
      const insideOnly = tools.every((tool) => tool === "Ansible" || tool === "cloud-init");
      return knownBy(insideOnly ? 2 : 3, `Described for ${tools.join(", ")}`, evidence);
    },
  },
  {
    id: "infrastructure.state",
    question: "Is the state kept where the team shares it, and safe?",
    looks:
      "Tracked state files, and backend or cloud blocks of Terraform. 0: the state is in the repository in the clear, 1: it is on one laptop, 3: a shared backend.",
    weight: 4,
    effort: "an hour",
    urgent: true,
    best: 3,
    closes:
      'add `backend "s3"` with `use_lockfile = true` (object storage with locks), then `tofu init -migrate-state`; OpenTofu can encrypt the state',
    after: "infrastructure.described",
    answer: (seen) => {
      const tracked = seen.files.all.filter(
        ({ path, tracked }) => /\.tfstate(?:\.backup)?$/.test(path) && tracked === true,
      );
      const open = tracked.filter(
        ({ lines }) => lines.length === 0 || !lines.some((line) => /"encrypted_data"|"encryption_version"/.test(line)),
      );
      if (open.length > 0)
        return knownBy(
          0,
          "The state, with the secrets in it, is in the repository",
          open.map((file) => wholeFile(file, "is tracked")),
        );
      return withTerraform(seen, (files) => {
        const backends = places(files, /^\s*(?:backend\s+"(?!local)\w+"|cloud\s*)\s*\{/);
        if (backends.length > 0)
          return knownBy(
            3,
            "The state is in a shared backend",
            backends.map(({ file, line, text }) => inFile(file, line, text)),
          );
        return known(
          1,
          "No backend is written: the state lies on one machine",
          nothingIn(files, "backend or cloud block"),
        );
      });
    },
  },
  {
    id: "infrastructure.locked",
    question: "Are the versions of providers locked?",
    looks: "A tracked .terraform.lock.hcl. 0: none, 3: there.",
    weight: 2,
    effort: "minutes",
    best: 3,
    closes: "`tofu init`, and commit `.terraform.lock.hcl`",
    after: "infrastructure.described",
    answer: (seen) =>
      withTerraform(seen, (files) => {
        const locks = seen.files.find(/(?:^|\/)\.terraform\.lock\.hcl$/).filter(({ tracked }) => tracked !== false);
        if (locks.length > 0)
          return knownBy(
            3,
            "Providers are locked",
            locks.map((file) => wholeFile(file)),
          );
        if (places(files, /^\s*(?:provider|resource|data|required_providers)\b/).length === 0)
          return unknown("the files use no provider");
        return known(0, "No lock file for providers", noFile(seen, ".terraform.lock.hcl"));
      }),
  },
  {
    id: "infrastructure.checked",
    question: "Does a pipeline check changes of the infrastructure?",
    looks:
      "validate, plan, linters and scanners among the commands of the pipelines. Unknown where nothing describes infrastructure.",
    weight: 3,
    effort: "an hour",
    best: 3,
    closes: "add `tofu fmt -check`, `tofu validate` and `tofu plan` to the pipeline, with a token that may only read",
    after: "infrastructure.described",
    answer(seen) {
      if (describedBy(seen).length === 0) return unknown("there is nothing that could be checked");
      return pipelineDoes(seen, "iac-check", {
        yes: "The pipeline checks the infrastructure",
        no: "No command in the pipeline checks the infrastructure",
        level: 3,
      });
    },
  },
  {
    id: "infrastructure.server",
    question: "Is the server as it has to be?",
    looks:
      "Asks the server of the environment: Docker, compose, the proxy. 0: something is missing, 2: all is there. How it came there is not known.",
    weight: 3,
    effort: "minutes",
    urgent: true,
    best: 2,
    closes: "`wherry server setup -e NAME`",
    answer(seen) {
      const machine = onServer(seen, "machine");
      if (!machine.known) return notTold(machine);
      const { missing, engine, proxy } = machine.value;
      if (missing.length > 0)
        return known(
          0,
          `The server lacks ${missing.join(", ")}`,
          byCommand(machine.asked, `missing: ${missing.join(", ")}`),
        );
      if (proxy?.state !== "running")
        return known(
          0,
          "The proxy does not run: nothing is reachable",
          byCommand(machine.asked, `proxy: ${proxy?.state ?? "none"}`),
        );
      return known(
        2,
        "The server has what it needs",
        byCommand(
          machine.asked,
          `Docker ${engine?.version ?? "?"}, ${count(machine.value.routes.length, "route")}, proxy ${proxy.state}`,
        ),
      );
    },
  },
];
