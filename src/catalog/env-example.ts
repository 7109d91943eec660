export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly what: string;
}

/**
 * `.env.example` with these variables at its end: what somebody who clones the repository has to fill in for docker compose
 * on a laptop. Names that stand in it stay as they are.
 */
export function withVariables(text: string, variables: readonly Variable[]): string {
  const missing = variables.filter(
    ({ name }) => !new RegExp(`^[ \\t#]*(export[ \\t]+)?${name}[ \\t]*=`, "m").test(text),
  );
  if (missing.length === 0) return text;
  const lines = missing.map(({ name, value, what }) => `# ${what}\n${name}=${value}\n`).join("");
  if (text === "")
    return `# For docker compose on this machine: copy to .env, which is not committed, and fill in.\n${lines}`;
  return `${text}${text.endsWith("\n") ? "" : "\n"}${lines}`;
}
