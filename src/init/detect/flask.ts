import type { Detector } from "../model.ts";
import { applicationOf, pythonPlace, pythonPort, webPart } from "./python-project.ts";

const gunicorn = "gunicorn==23.0.0";

export const flask: Detector = {
  framework: "Flask",
  language: "python",
  detect(place) {
    const python = pythonPlace(place);
    const evidence = python?.packages.get("flask");
    const application = applicationOf(place, "Flask");
    if (python === undefined || evidence === undefined || application === undefined) return undefined;
    const port = pythonPort(place, 8000);
    return webPart(python, {
      framework: "Flask",
      role: "api",
      evidence: [evidence, application.evidence],
      extra: python.packages.has("gunicorn") ? [] : [gunicorn],
      // Not `flask run`, which is for development.
      start: [
        "gunicorn",
        application.target,
        "--bind",
        `0.0.0.0:${port.value}`,
        "--workers",
        "2",
        "--threads",
        "4",
        "--access-logfile",
        "-",
      ],
      // gunicorn listens where it is told here.
      port: { ...port, certainty: "sure" },
      develop: [
        "flask",
        "--app",
        application.target,
        "run",
        "--debug",
        "--host",
        "0.0.0.0",
        "--port",
        String(port.value),
      ],
    });
  },
};
