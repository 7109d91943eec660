import type { Detector } from "../model.ts";
import { applicationOf, pythonPlace, pythonPort, webPart } from "./python-project.ts";

const uvicorn = "uvicorn==0.38.0";

export const fastapi: Detector = {
  framework: "FastAPI",
  language: "python",
  detect(place) {
    const python = pythonPlace(place);
    const evidence = python?.packages.get("fastapi") ?? python?.packages.get("fastapi[standard]");
    const application = applicationOf(place, "FastAPI");
    if (python === undefined || evidence === undefined || application === undefined) return undefined;
    const port = pythonPort(place, 8000);
    const has = ["uvicorn", "fastapi[standard]"].some((name) => python.packages.has(name));
    const factory = application.target.endsWith("()");
    const run = [
      "uvicorn",
      application.target.replace(/\(\)$/, ""),
      ...(factory ? ["--factory"] : []),
      "--host",
      "0.0.0.0",
      "--port",
      String(port.value),
    ];
    return webPart(python, {
      framework: "FastAPI",
      role: "api",
      evidence: [evidence, application.evidence],
      extra: has ? [] : [uvicorn],
      start: run,
      // uvicorn listens where it is told here.
      port: { ...port, certainty: "sure" },
      develop: [...run, "--reload"],
    });
  },
};
