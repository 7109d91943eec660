import { defineConfig } from "oxfmt";

export default defineConfig({
  printWidth: 120,
  // Written by people or by generators, and compared byte for byte by tests.
  ignorePatterns: [
    "**/*.md",
    "**/golden/**",
    "examples/**",
    "test/*/examples/**",
    "test/apps/**",
    "test/init/apps/**",
    "package-lock.json",
    "src/compose/compose-spec.json",
  ],
});
