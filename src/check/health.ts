import { comesWithoutHealthCheck } from "./knowledge/programs.ts";
import { isTrue, itemsOf, partAt, splitWords, textOf } from "./part.ts";
import type { Part } from "./part.ts";
import type { Service } from "./project.ts";

/** Does the engine check the health of this container? The image may do so where the compose file says nothing. */
export function hasHealthCheck(service: Service): "yes" | "no" | "unknown" {
  const check = partAt(service.part, "healthcheck");
  if (check !== undefined && (isTrue(partAt(check, "disable")) || firstOf(partAt(check, "test")) === "NONE"))
    return "no";
  if (partAt(check, "test") !== undefined) return "yes";
  if (service.built !== undefined) {
    if (service.built.stages.length === 0) return "unknown";
    const own = service.built.stages
      .flatMap(({ instructions }) => instructions)
      .find(({ keyword }) => keyword === "HEALTHCHECK");
    if (own !== undefined) return /^NONE\b/i.test(own.text) ? "no" : "yes";
  }
  return service.image !== undefined && comesWithoutHealthCheck(service.image) ? "no" : "unknown";
}

function firstOf(test: Part | undefined): string | undefined {
  return textOf(test) ?? textOf(itemsOf(test)[0]);
}

/** The command of a health check. */
export interface HealthCommand {
  readonly part: Part;
  /** Text for a shell, or the words of a command without one. */
  readonly shell: boolean;
  readonly text: string;
  /** The programs that it starts; for a shell, those of each part of the line. */
  readonly programs: readonly string[];
}

export function healthCommand(service: Service): HealthCommand | undefined {
  const part = partAt(service.part, "healthcheck", "test");
  if (part === undefined) return undefined;
  const text = textOf(part);
  if (text !== undefined) return { part, shell: true, text, programs: programsOf(text) };
  const [how, ...words] = itemsOf(part).map((item) => textOf(item) ?? "");
  if (how === "CMD-SHELL") return { part, shell: true, text: words.join(" "), programs: programsOf(words.join(" ")) };
  if (how !== "CMD") return undefined;
  const inner = /^(.*\/)?(ba|da|a)?sh$/.test(words[0] ?? "") && words[1] === "-c" ? programsOf(words[2] ?? "") : [];
  return { part, shell: false, text: words.join(" "), programs: [nameOf(words[0] ?? ""), ...inner] };
}

/** The first word of each simple command of a shell line. */
function programsOf(line: string): readonly string[] {
  return line.split(/\|\||&&|[|;&()`\n]|\$\(/).flatMap((command) => {
    const words = splitWords(command.trim()).filter(
      (word) => !/^(\w+=.*|!|if|then|exec|test|\[|do|while|until|else)$/.test(word),
    );
    return words[0] === undefined ? [] : [nameOf(words[0])];
  });
}

function nameOf(program: string): string {
  return program.split("/").at(-1) ?? program;
}
