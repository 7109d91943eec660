import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { findTrackedSecrets } from "../../src/check/tracked-secrets.ts";
import { createContext } from "../../src/system/index.ts";
import { repository } from "../helpers/git.ts";

const missing = spawnSync("gitleaks", ["version"]).status !== 0;
const reason = missing ? "gitleaks is not installed: go install github.com/zricethezav/gitleaks/v8@v8.30.0" : undefined;
if (reason !== undefined) console.log(`skipped: ${reason}`);

const base64 = (text: string): string => Buffer.from(text).toString("base64");
// In pieces, so that nobody takes this file for one with secrets.
const sendgrid = ["SG", "aw3Cl06xVQ9PbPKP8iFXYf", "JwSRVt05CLeKKQFxD2EKRNbEJ7wmbRM3N4TG6LFrh8P"].join(".");
const mailchimp = ["ae3a183adc769d11fe0fdec0491f89e9", "us20"].join("-");

test.skipIf(missing)("what gitleaks itself finds in tracked files is told by its place, and never shown", async () => {
  const folder = repository({
    ".gitignore": "own.txt\n",
    "own.txt": `SENDGRID = "${sendgrid}"\n`,
    "src/with space é.py": `import os\n\nSENDGRID = "${sendgrid}"\n`,
    "encoded.yaml": `# settings\nblob: ${base64(`a = 1\nmailchimp_api_key = "${mailchimp}"\n`)}\n`,
    "allowed.txt": `mailchimp_api_key = "${mailchimp}" # gitleaks:allow\n`,
    "listed.txt": `mailchimp_api_key = "${mailchimp}"\n`,
    ".gitleaksignore": "listed.txt:mailchimp-api-key:1\n",
    "clean.txt": "nothing\n",
  });
  const { problems, notChecked } = await findTrackedSecrets(createContext({ cwd: folder }), folder);

  expect(notChecked).toEqual([]);
  const found = problems.map(({ at, message }) => ({
    file: at.source.file,
    line: at.source.text.slice(0, at.start).split("\n").length,
    shown: at.source.text.slice(at.start, at.end),
    message,
  }));
  expect(found.toSorted((a, b) => (a.file < b.file ? -1 : 1))).toEqual([
    {
      file: "encoded.yaml",
      line: 2,
      // It is not there as it is: so the whole line is hidden.
      shown: expect.stringMatching(/^\*{70,}$/) as string,
      message: "what gitleaks takes for mailchimp-api-key is in a file that git keeps",
    },
    {
      file: "src/with space é.py",
      line: 3,
      shown: "*".repeat(sendgrid.length + 1),
      message: "what gitleaks takes for sendgrid-api-token is in a file that git keeps",
    },
  ]);
});
