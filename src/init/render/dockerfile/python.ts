import { imageNames } from "../../base-images.ts";
import type { OwnService } from "../../design.ts";
import type { ImagePlan } from "../../model.ts";
import { isSecretName } from "../../reads.ts";
import { appUser, ending, entrypoint, run } from "./parts.ts";
import type { Pin } from "./parts.ts";

type PythonPlan = Extract<ImagePlan, { recipe: "python" }>;

export function pythonDockerfile(plan: PythonPlan, service: OwnService, pin: Pin): readonly string[] {
  const base = pin(imageNames.python(plan.version));
  const { build, run: needed } = plan.system;
  return [
    `FROM ${base} AS dependencies`,
    ...(build.length === 0 ? [] : [debian(build)]),
    "RUN python -m venv /venv",
    "ENV VIRTUAL_ENV=/venv PATH=/venv/bin:$PATH",
    "WORKDIR /app",
    ...installs[plan.install],
    ...(plan.extra.length === 0
      ? []
      : ["# Not among the project's packages, and needed to serve.", `${pip} ${plan.extra.join(" ")}`]),
    "",
    `FROM ${base}`,
    ...(needed.length === 0 ? [] : [debian(needed)]),
    `ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1${Object.entries(service.part.environment)
      .map(([name, value]) => ` ${name}=${value}`)
      .join("")}`,
    "WORKDIR /app",
    ...entrypoint(service),
    "COPY --from=dependencies /venv /venv",
    "COPY . .",
    ...(plan.prepare === undefined ? [] : [prepare(plan.prepare, service)]),
    ...ending(service, appUser, plan.start),
  ];
}

const pip = "RUN --mount=type=cache,target=/root/.cache/pip pip install";

const installs: Readonly<Record<PythonPlan["install"], readonly string[]>> = {
  requirements: ["COPY requirements.txt ./", `${pip} --requirement requirements.txt`],
  uv: [
    `${pip} uv==0.9.7`,
    "COPY pyproject.toml uv.lock ./",
    "RUN --mount=type=cache,target=/root/.cache/uv \\",
    "  UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never uv sync --active --frozen --no-dev --no-install-project",
  ],
  poetry: [
    "RUN python -m venv /poetry && /poetry/bin/pip install poetry==2.2.1",
    "COPY pyproject.toml poetry.lock ./",
    "RUN --mount=type=cache,target=/root/.cache/pypoetry /poetry/bin/poetry install --only main --no-root --no-interaction",
  ],
  project: ["COPY . .", `${pip} .`],
};

/** Secrets are not there when an image is built; what is prepared does not depend on them. */
function prepare(command: readonly string[], service: OwnService): string {
  const placeholders = service.part.reads
    .filter(({ name }) => isSecretName(name))
    .map(({ name }) => `${name}=not-used-here `);
  return `RUN ${placeholders.join("")}${run(command)}`;
}

function debian(packages: readonly string[]): string {
  return `RUN apt-get update && apt-get install -y --no-install-recommends ${packages.join(" ")} && rm -rf /var/lib/apt/lists/*`;
}
