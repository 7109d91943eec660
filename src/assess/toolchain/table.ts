/** One subject of the toolchain, with what is advised to a team of two to nine people. Advice ages: it has a date. */
export interface ToolSubject {
  readonly subject: string;
  readonly tools: readonly KnownTool[];
  readonly recommended: string;
  readonly alternatives: readonly { readonly name: string; readonly when: string }[];
  readonly rationale: string;
  readonly sources: readonly string[];
  /** ISO 8601 day on which the advice and its sources were last looked at. */
  readonly date: string;
}

export interface KnownTool {
  readonly name: string;
  /** `fits`: no reason to change. `consider`: works, and something is better for a small team. `replace`: no longer kept up. */
  readonly verdict: "fits" | "consider" | "replace";
  /** What is said beside a verdict other than `fits`. */
  readonly because?: string;
  /** Names of files that show it. */
  readonly files?: RegExp;
  /** Lines that show it, in files of these names. */
  readonly lines?: { readonly in: RegExp; readonly pattern: RegExp };
  /** Hosts of the repository that show it. */
  readonly host?: RegExp;
}

const yaml = /\.ya?ml$/;
const compose = /(?:^|\/)(?:docker-)?compose(?:[.-][\w-]+)*\.ya?ml$/;
const scripts = /\.(?:ya?ml|sh|bash|json|toml)$|(?:^|\/)(?:Makefile|Jenkinsfile|justfile)$/;

/** Kept by hand, looked at before each release: sources first, then the date. */
export const toolSubjects: readonly ToolSubject[] = [
  {
    subject: "Repository hosting",
    tools: [
      { name: "GitHub", verdict: "fits", host: /^github\./, files: /^\.github\/workflows\/[^/]+\.ya?ml$/ },
      { name: "GitLab", verdict: "fits", host: /^gitlab\./, files: /^\.gitlab-ci\.ya?ml$/ },
      {
        name: "Forgejo or Gitea",
        verdict: "fits",
        host: /^(?:codeberg\.org|forgejo\.|gitea\.)/,
        files: /^\.(?:forgejo|gitea)\//,
      },
      {
        name: "Bitbucket",
        verdict: "consider",
        because: "few of the free scanners report there",
        host: /^bitbucket\./,
        files: /^bitbucket-pipelines\.ya?ml$/,
      },
      { name: "Azure DevOps", verdict: "fits", host: /^(?:dev\.azure\.com|ssh\.dev\.azure\.com)/ },
    ],
    recommended: "GitHub",
    alternatives: [
      { name: "GitLab", when: "code, pipeline and registry should run on a server of one's own with support for sale" },
      { name: "Forgejo", when: "the repository has to stay on a small server of one's own" },
    ],
    rationale:
      "Repository, pipeline, registry, dependency alerts and environments in one place without a server to keep. Rulesets and environments of private repositories need a paid plan.",
    sources: [
      "https://docs.github.com/en/get-started/learning-about-github/githubs-plans",
      "https://forgejo.org/docs/latest/",
    ],
    date: "2026-11-25",
  },
  {
    subject: "Pipeline (CI)",
    tools: [
      { name: "GitHub Actions", verdict: "fits", files: /^\.github\/workflows\/[^/]+\.ya?ml$/ },
      { name: "GitLab CI", verdict: "fits", files: /^\.gitlab-ci\.ya?ml$/ },
      { name: "Forgejo Actions", verdict: "fits", files: /^\.(?:forgejo|gitea)\/workflows\// },
      {
        name: "Jenkins",
        verdict: "consider",
        because: "a server and its plugins have to be kept up to date by the team",
        files: /(?:^|\/)Jenkinsfile/,
      },
      { name: "CircleCI", verdict: "fits", files: /^\.circleci\/config\.ya?ml$/ },
      { name: "Azure Pipelines", verdict: "fits", files: /^\.?azure-pipelines\.ya?ml$/ },
      { name: "Bitbucket Pipelines", verdict: "fits", files: /^bitbucket-pipelines\.ya?ml$/ },
      { name: "Woodpecker", verdict: "fits", files: /^\.woodpecker/ },
      {
        name: "Drone",
        verdict: "consider",
        because: "Woodpecker, its fork, is the one that is developed in the open",
        files: /^\.drone\.ya?ml$/,
      },
      {
        name: "Travis CI",
        verdict: "consider",
        because: "the host of the repository has a pipeline of its own",
        files: /^\.travis\.ya?ml$/,
      },
    ],
    recommended: "The pipeline of the repository's host",
    alternatives: [
      { name: "Woodpecker", when: "runners and repository are on servers of one's own" },
      { name: "Jenkins", when: "it is there already, and somebody is paid to keep it" },
    ],
    rationale:
      "No second account, no second set of secrets, results beside the change. Pin actions to commits: moved tags were the way into thousands of repositories in 2025 and 2026.",
    sources: [
      "https://docs.github.com/en/actions/security-guides/security-hardening-for-github-actions#using-third-party-actions",
      "https://github.com/advisories/GHSA-69fq-xp46-6x23",
    ],
    date: "2026-11-23",
  },
  {
    subject: "Container registry",
    tools: [
      { name: "GitHub Container Registry", verdict: "fits", lines: { in: scripts, pattern: /\bghcr\.io\// } },
      {
        name: "GitLab Container Registry",
        verdict: "fits",
        lines: { in: scripts, pattern: /\bregistry\.gitlab\.com\b|\$CI_REGISTRY\b/ },
      },
      { name: "Amazon ECR", verdict: "fits", lines: { in: scripts, pattern: /\.dkr\.ecr\.[\w-]+\.amazonaws\.com/ } },
      {
        name: "Google Artifact Registry",
        verdict: "fits",
        lines: { in: scripts, pattern: /-docker\.pkg\.dev\/|\bgcr\.io\/(?!cadvisor|distroless|kaniko)/ },
      },
      { name: "Azure Container Registry", verdict: "fits", lines: { in: scripts, pattern: /\.azurecr\.io\b/ } },
      {
        name: "Docker Hub",
        verdict: "consider",
        because: "pulls are counted, and anonymous ones soon refused",
        lines: {
          in: /^(?:\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|(?:.*\/)?Jenkinsfile)$/,
          pattern: /DOCKERHUB|DOCKER_HUB|docker\.io\//,
        },
      },
    ],
    recommended: "The registry of the repository's host, or none: Wherry sends images over SSH",
    alternatives: [
      { name: "Docker Hub", when: "the images are for everybody" },
      { name: "a registry on a server of one's own", when: "images must not leave one's own machines" },
    ],
    rationale:
      "One login fewer. wherry deploy sends the layers that the server lacks, so that a single server needs no registry at all.",
    sources: [
      "https://docs.docker.com/docker-hub/usage/",
      "https://docs.github.com/packages/learn-github-packages/introduction-to-github-packages",
    ],
    date: "2026-11-25",
  },
  {
    subject: "What runs the containers",
    tools: [
      { name: "Wherry", verdict: "fits", files: /(?:^|\/)wherry\.yaml$/ },
      {
        name: "Docker Compose",
        verdict: "consider",
        because: "each change stops a container before its successor starts, and there is no way back",
        files: compose,
      },
      { name: "Kamal", verdict: "fits", files: /^config\/deploy(?:\.\w+)?\.yml$/ },
      {
        name: "Kubernetes",
        verdict: "consider",
        because:
          "a cluster is work of its own; below a handful of servers one server and a quick way back serve better",
        lines: { in: yaml, pattern: /^kind:\s*(?:Deployment|StatefulSet)\b/ },
      },
      {
        name: "Docker Swarm",
        verdict: "consider",
        because: "fewer tools and people support it than compose or Kubernetes",
        lines: { in: scripts, pattern: /docker stack deploy|docker swarm init/ },
      },
      {
        name: "Nomad",
        verdict: "consider",
        because: "its licence is no longer open source",
        files: /\.nomad(?:\.hcl)?$/,
      },
      { name: "Fly.io", verdict: "fits", files: /^fly\.toml$/ },
      { name: "Heroku", verdict: "fits", files: /^(?:Procfile|heroku\.yml)$/ },
    ],
    recommended: "One server with compose files and wherry deploy",
    alternatives: [
      { name: "a hosted platform", when: "nobody wants to have a server, and the price per service is right" },
      { name: "Kubernetes", when: "several servers must share the load, or several teams the servers" },
    ],
    rationale:
      "Docker's own manual calls a single server the easiest way to deploy an app; what compose lacks for production (no gap, a way back, a record) is what Wherry adds.",
    sources: [
      "https://docs.docker.com/compose/how-tos/production/",
      "https://kubernetes.io/docs/setup/production-environment/",
    ],
    date: "2026-11-25",
  },
  {
    subject: "Infrastructure as code",
    tools: [
      {
        name: "OpenTofu",
        verdict: "fits",
        files: /\.tofu$/,
        lines: { in: scripts, pattern: /\btofu (?:init|plan|apply|validate)\b|opentofu\/setup-opentofu/ },
      },
      {
        name: "Terraform",
        verdict: "consider",
        because: "since 1.6 under the Business Source License; OpenTofu reads the same files and can encrypt the state",
        files: /\.tf$/,
      },
      { name: "Pulumi", verdict: "fits", files: /(?:^|\/)Pulumi\.ya?ml$/ },
      {
        name: "CDK for Terraform",
        verdict: "replace",
        because: "archived in December 2025",
        files: /(?:^|\/)cdktf\.json$/,
      },
      {
        name: "Ansible",
        verdict: "fits",
        files:
          /(?:^|\/)(?:ansible\.cfg|roles\/[\w-]+\/tasks\/main\.ya?ml|playbooks?\/.+\.ya?ml|playbook[\w-]*\.ya?ml)$/,
      },
      { name: "AWS CDK", verdict: "fits", files: /(?:^|\/)cdk\.json$/ },
      {
        name: "cloud-init",
        verdict: "fits",
        lines: { in: /cloud-?(?:init|config)|user-?data/, pattern: /^#cloud-config/ },
      },
    ],
    recommended: "OpenTofu for what is outside of a server, cloud-init or scripts for what is inside",
    alternatives: [
      { name: "Terraform", when: "it is in use, and its licence is no trouble" },
      { name: "Pulumi", when: "the team would rather write a programming language than HCL" },
    ],
    rationale:
      "Open licence (MPL 2.0), the providers of Terraform, and a state that can be encrypted, which holds passwords and keys in the clear otherwise.",
    sources: [
      "https://opentofu.org/docs/language/state/encryption/",
      "https://github.com/hashicorp/terraform/blob/main/LICENSE",
      "https://github.com/hashicorp/terraform-cdk",
    ],
    date: "2026-11-25",
  },
  {
    subject: "Secrets",
    tools: [
      { name: "SOPS", verdict: "fits", files: /^\.sops\.ya?ml$/ },
      {
        name: "Wherry's list of secrets",
        verdict: "fits",
        lines: { in: /(?:^|\/)wherry\.yaml$/, pattern: /^\s*secrets:/ },
      },
      {
        name: "Secrets of the pipeline's host",
        verdict: "consider",
        because: "they cannot be read back, so that they are no place where the team keeps them",
        lines: { in: /^\.github\/workflows\//, pattern: /\$\{\{\s*secrets\.(?!GITHUB_TOKEN)\w/ },
      },
      { name: "Sealed Secrets", verdict: "fits", lines: { in: yaml, pattern: /^kind:\s*SealedSecret/ } },
      { name: "External Secrets", verdict: "fits", lines: { in: yaml, pattern: /^kind:\s*ExternalSecret/ } },
      { name: "Doppler", verdict: "fits", files: /(?:^|\/)doppler\.ya?ml$/ },
      { name: "Infisical", verdict: "fits", files: /(?:^|\/)\.infisical\.json$/ },
      {
        name: "HashiCorp Vault",
        verdict: "consider",
        because: "a server that has to be unsealed and kept; its licence is no longer open source",
        lines: { in: scripts, pattern: /hashicorp\/vault|\bvault (?:kv|read|login)\b/ },
      },
      {
        name: "dotenvx",
        verdict: "consider",
        because: "one private key for each environment opens everything",
        files: /(?:^|\/)\.env\.vault$/,
        lines: { in: /(?:^|\/)\.env(?:\.\w+)?$/, pattern: /^DOTENV_PUBLIC_KEY/ },
      },
    ],
    recommended: "Files encrypted with SOPS and age, or the password manager that the team has",
    alternatives: [
      {
        name: "a hosted secret manager (Doppler, Infisical, 1Password)",
        when: "people come and go, and access has to be taken away by a click",
      },
      { name: "Vault or OpenBao", when: "secrets have to be made for the moment, and somebody keeps the server" },
    ],
    rationale:
      "Changes can be reviewed, nothing has to run, and who can read what is written beside it. When somebody leaves, encrypting again is not enough: the values have to change.",
    sources: ["https://github.com/getsops/sops", "https://github.com/FiloSottile/age"],
    date: "2026-11-23",
  },
  {
    subject: "Monitoring",
    tools: [
      {
        name: "Prometheus",
        verdict: "fits",
        files: /(?:^|\/)prometheus\.ya?ml$/,
        lines: { in: compose, pattern: /prom\/prometheus/ },
      },
      { name: "Grafana", verdict: "fits", lines: { in: compose, pattern: /grafana\/grafana\b/ } },
      { name: "Grafana Loki", verdict: "fits", lines: { in: compose, pattern: /grafana\/loki\b/ } },
      {
        name: "Grafana Alloy",
        verdict: "fits",
        files: /\.alloy$/,
        lines: { in: compose, pattern: /grafana\/alloy\b/ },
      },
      {
        name: "Promtail",
        verdict: "replace",
        because: "end of life since 2 March 2026; Grafana Alloy converts its settings",
        lines: { in: compose, pattern: /grafana\/promtail\b/ },
      },
      {
        name: "Grafana Agent",
        verdict: "replace",
        because: "end of life since 1 November 2025; Grafana Alloy took its place",
        lines: { in: compose, pattern: /grafana\/agent\b/ },
      },
      { name: "Uptime Kuma", verdict: "fits", lines: { in: compose, pattern: /uptime-kuma/ } },
      {
        name: "OpenTelemetry",
        verdict: "fits",
        lines: {
          in: /(?:^|\/)(?:package\.json|requirements[\w-]*\.txt|pyproject\.toml|go\.mod|Cargo\.toml|Gemfile)$/,
          pattern: /opentelemetry/,
        },
      },
      {
        name: "Sentry",
        verdict: "fits",
        lines: {
          in: /(?:^|\/)(?:package\.json|requirements[\w-]*\.txt|pyproject\.toml|go\.mod|Cargo\.toml|Gemfile|composer\.json)$/,
          pattern: /sentry/i,
        },
      },
      {
        name: "Datadog",
        verdict: "fits",
        lines: {
          in: /(?:^|\/)package\.json$|requirements[\w-]*\.txt$|compose/,
          pattern: /dd-trace|ddtrace|datadog\/agent/,
        },
      },
    ],
    recommended: "Prometheus with rules, Grafana Alloy for logs, and one observer outside of the server",
    alternatives: [
      { name: "Grafana Cloud or another hosted service", when: "the server has 2 GB of memory or less" },
      { name: "an uptime service and an error tracker", when: "there is one server and an hour to spend" },
    ],
    rationale:
      "Plain files that can be tested, and no fee by host. What watches from the same server cannot tell that the server is gone.",
    sources: [
      "https://grafana.com/docs/loki/latest/send-data/promtail/",
      "https://grafana.com/docs/loki/latest/setup/migrate/migrate-to-alloy/",
      "https://prometheus.io/docs/practices/alerting/",
    ],
    date: "2026-11-25",
  },
  {
    subject: "Documentation",
    tools: [
      { name: "Markdown in the repository", verdict: "fits", files: /^README\.md$|^docs?\/.+\.md$/i },
      { name: "mdBook", verdict: "fits", files: /(?:^|\/)book\.toml$/ },
      { name: "MkDocs", verdict: "fits", files: /(?:^|\/)mkdocs\.ya?ml$/ },
      { name: "Docusaurus", verdict: "fits", files: /(?:^|\/)docusaurus\.config\.[cm]?[jt]s$/ },
      { name: "Sphinx", verdict: "fits", files: /(?:^|\/)docs?\/(?:source\/)?conf\.py$/ },
      { name: "VitePress", verdict: "fits", files: /(?:^|\/)\.vitepress\/config\.[cm]?[jt]s$/ },
      {
        name: "Astro Starlight",
        verdict: "fits",
        lines: { in: /(?:^|\/)package\.json$/, pattern: /@astrojs\/starlight/ },
      },
      { name: "Antora", verdict: "fits", files: /(?:^|\/)antora\.yml$/ },
    ],
    recommended: "Markdown in the repository",
    alternatives: [
      { name: "a site made from it (mdBook, MkDocs)", when: "people outside of the team read it" },
      { name: "a wiki", when: "people without git have to write" },
    ],
    rationale:
      "It changes in the same commit as the code, is reviewed with it, and is there when everything else is down.",
    sources: [
      "https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-readmes",
      "https://diataxis.fr/",
    ],
    date: "2026-11-23",
  },
];
