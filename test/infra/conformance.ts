import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";

interface Description {
  readonly answers: Readonly<Record<string, object>>;
  readonly definitions: object;
}

/** The answers of an API as its provider's own Go client reads them: what describe-api.go has written. */
export interface ApiSchema {
  has(answer: string): boolean;
  /** What is wrong with an answer: a field too many, one too few, another type. */
  problemsWith(answer: string, request: string, body: unknown): readonly string[];
}

export function readApiSchema(path: string): ApiSchema {
  const description = JSON.parse(readFileSync(path, "utf8")) as Description;
  const ajv = new Ajv({ allErrors: true });
  addFormats.default(ajv);
  const checks = new Map(
    Object.entries(description.answers).map(([name, answer]) => [
      name,
      ajv.compile({ ...answer, definitions: description.definitions }),
    ]),
  );
  return {
    has: (answer) => checks.has(answer),
    problemsWith(answer, request, body) {
      const check = checks.get(answer);
      if (check === undefined) return [`nobody knows what ${request} answers (${answer})`];
      return check(body)
        ? []
        : (check.errors ?? []).map(
            ({ instancePath, message, params }) => `${request}: ${instancePath} ${message} ${JSON.stringify(params)}`,
          );
    },
  };
}
