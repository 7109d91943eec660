import type { Detector } from "../model.ts";
import { evidenceIn, evidenceOf, search, sourcesOf } from "../view.ts";
import { moduleName, pythonPlace, webPart } from "./python-project.ts";

const gunicorn = "gunicorn==23.0.0";

export const django: Detector = {
  framework: "Django",
  language: "python",
  detect(place) {
    const python = pythonPlace(place);
    const evidence = python?.packages.get("django");
    if (python === undefined || evidence === undefined) return undefined;
    const [wsgi] = search(place, sourcesOf(place, /(?:^|\/)wsgi\.py$/), /\bapplication\s*=/);
    if (wsgi === undefined) return undefined;
    const settings = sourcesOf(place, /(?:^|\/)settings(?:\/\w+)?\.py$/);
    const [staticRoot] = search(place, settings, /^\s*STATIC_ROOT\s*=/m);
    const [sqlite] = search(place, settings, /django\.db\.backends\.sqlite3/);
    const [hosts] = search(place, settings, /^ALLOWED_HOSTS\s*=\s*\[\s*\]/m);
    const served = python.packages.has("whitenoise");
    return webPart(python, {
      framework: "Django",
      role: "whole",
      evidence: [evidence, evidenceOf(wsgi)],
      extra: python.packages.has("gunicorn") ? [] : [gunicorn],
      start: [
        "gunicorn",
        `${moduleName(place, wsgi.file)}:application`,
        "--bind",
        "0.0.0.0:8000",
        "--workers",
        "2",
        "--threads",
        "4",
        "--access-logfile",
        "-",
      ],
      ...(staticRoot === undefined ? {} : { prepare: ["python", "manage.py", "collectstatic", "--noinput"] }),
      port: { value: 8000, certainty: "sure" },
      release: {
        value: ["python", "manage.py", "migrate", "--noinput"],
        certainty: "likely",
        evidence: evidenceIn(place, "manage.py", /django/, "manage.py"),
      },
      develop: ["python", "manage.py", "runserver", "0.0.0.0:8000"],
      notes: [
        ...(hosts === undefined
          ? []
          : [
              {
                message:
                  "ALLOWED_HOSTS is empty: outside of DEBUG Django refuses every request. Name your hosts, and localhost for the health check",
                evidence: evidenceOf(hosts),
              },
            ]),
        ...(sqlite === undefined
          ? []
          : [
              {
                message:
                  "an SQLite file in the image is new with every release: use PostgreSQL, or keep the file in a volume",
                evidence: evidenceOf(sqlite),
              },
            ]),
        ...(staticRoot !== undefined && !served
          ? [
              {
                message: "gunicorn serves no static files: add whitenoise, or keep them elsewhere",
                evidence: evidenceOf(staticRoot),
              },
            ]
          : []),
      ],
    });
  },
};
