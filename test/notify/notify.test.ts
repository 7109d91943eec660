import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createSocketServer } from "node:net";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { NotifyChannel } from "../../src/config/index.ts";
import { notify, notifyOf } from "../../src/config/notify.ts";
import { Secret } from "../../src/core/index.ts";
import { notifyFile } from "../../src/notify/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const program = readFileSync(resolve(import.meta.dirname, "../../src/notify/scripts/notify.pl"), "utf8");
const run = promisify(execFile);
const all = ["rollback", "attention"] as const;

/** Takes whatever is posted; answers with `status`. */
async function hook(status = 200, slow = 0) {
  const bodies: string[] = [];
  const byPath = new Map<string, unknown>();
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await text(request);
      bodies.push(body);
      byPath.set(request.url?.split("/").at(-1) ?? "", JSON.parse(body));
      setTimeout(() => response.writeHead(status).end("hook says hello"), slow);
    };
    void answer();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
  onTestFinished(() => void server.close());
  return {
    bodies,
    byPath,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/T0K3N-of-the-channel`,
  };
}

async function tell(
  channels: readonly NotifyChannel[],
  secrets: Readonly<Record<string, string>>,
  [event, title, words]: readonly [string, string, string] = ["rollback", "shop: taken back", "5.1 % errors"],
) {
  const home = temporaryFolder();
  const values = new Map(Object.entries(secrets).map(([name, value]) => [name, new Secret(value)]));
  writeFileSync(join(home, "notify"), notifyFile(channels, values), { mode: 0o600 });
  const { stdout } = await run("perl", ["-e", program, home, "shop", "production", event, title, words]);
  expect(readdirSync(home)).toEqual(["notify"]);
  expect(statSync(join(home, "notify")).mode & 0o777).toBe(0o600);
  return stdout;
}

const odd = `quote " back\\slash $(touch x) \`id\` <@U1> & @everyone\nsecond line\twith tab, ünïcödé 🚤`;

test("every kind of channel gets its own form, with odd strings as they are", async () => {
  const { byPath, url } = await hook();
  const api = url.slice(0, url.indexOf("/hook"));
  const channels: readonly NotifyChannel[] = [
    ...(["slack", "discord", "teams", "webhook"] as const).map((kind) => ({
      kind,
      events: all,
      fields: {},
      secrets: { url: kind },
    })),
    { kind: "telegram", events: all, fields: { chat: "-100123", api }, secrets: { token: "TOKEN" } },
  ];

  const kinds = ["slack", "discord", "teams", "webhook"];
  const urls = Object.fromEntries(kinds.map((kind) => [kind, `${url}/${kind}`]));
  const said = await tell(channels, { ...urls, TOKEN: "123:abc" }, ["rollback", "Title", odd]);

  // All at once: in whatever order they answer.
  expect(said.trim().split("\n").toSorted()).toEqual(
    [...kinds, "telegram"].map((kind) => `notified ${kind}`).toSorted(),
  );
  const [slack, discord, teams, webhook, telegram] = [...kinds, "sendMessage"].map((path) => byPath.get(path));
  const escaped = odd.replace("<@U1> &", "&lt;@U1&gt; &amp;");
  expect(slack).toEqual({ text: `*Title*\n${escaped}` });
  expect(discord).toEqual({ content: `**Title**\n${odd}`, allowed_mentions: { parse: [] } });
  expect(telegram).toEqual({ chat_id: "-100123", text: `Title\n${odd}`, disable_web_page_preview: true });
  expect(teams).toMatchObject({
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        content: { type: "AdaptiveCard", body: [{ text: "Title", weight: "Bolder" }, { text: odd }] },
      },
    ],
  });
  expect(webhook).toMatchObject({ version: 1, event: "rollback", app: "shop", environment: "production", text: odd });
});

test("a channel is told of what it wants alone, and a test reaches all", async () => {
  const { bodies, url } = await hook();
  const channels: readonly NotifyChannel[] = [
    { kind: "webhook", events: ["attention"], fields: {}, secrets: { url: "HOOK" } },
  ];

  expect(await tell(channels, { HOOK: url })).toBe("");
  expect(await tell(channels, { HOOK: url }, ["test", "a", "b"])).toBe("notified webhook\n");
  expect(bodies).toHaveLength(1);
});

test("a channel that refuses is told with its answer, and without its address", async () => {
  const { url } = await hook(404);

  const said = await tell([{ kind: "slack", events: all, fields: {}, secrets: { url: "HOOK" } }], { HOOK: url });

  expect(said).toMatch(/^notify-failed slack .*404/);
  expect(said).not.toContain("T0K3N");
});

test("the address is in no process's arguments while it is written to", async () => {
  const { url } = await hook(200, 700);
  const telling = tell([{ kind: "slack", events: all, fields: {}, secrets: { url: "HOOK" } }], { HOOK: url });
  await new Promise((waited) => setTimeout(waited, 400));
  const { stdout } = await run("sh", ["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"], { maxBuffer: 1e8 });

  expect(stdout).toContain("curl --config -");
  expect(stdout).not.toContain("T0K3N-of");
  await telling;
});

test("mail goes through a real conversation", async () => {
  const heard: string[] = [];
  const sink = createSocketServer((socket) => {
    let data: string | undefined;
    socket.write("220 sink\r\n");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const line = String(chunk);
      heard.push(line);
      if (data !== undefined) {
        data += line;
        if (data.endsWith("\r\n.\r\n")) {
          data = undefined;
          socket.write("250 taken\r\n");
        }
      } else if (line.startsWith("DATA")) {
        data = "";
        socket.write("354 go on\r\n");
      } else if (line.startsWith("QUIT")) socket.end("221 bye\r\n");
      else socket.write("250 sink\r\n");
    });
  });
  await new Promise<void>((listening) => sink.listen(0, "127.0.0.1", () => listening()));
  onTestFinished(() => void sink.close());
  const server = `smtp://127.0.0.1:${(sink.address() as AddressInfo).port}`;
  const channels = notifyOf(notify.parse([{ email: { to: ["a@b.io", "c@d.io"], from: "ops@b.io", server } }]));

  expect(await tell(channels, {}, ["rollback", "Tüll", "two\nlines"])).toBe("notified email\n");

  const mail = heard.join("");
  expect(mail).toContain("RCPT TO:<a@b.io>");
  expect(mail).toContain("RCPT TO:<c@d.io>");
  expect(mail).toContain("Subject: =?utf-8?Q?T=C3=BCll?=");
  expect(mail).toContain("two\r\nlines");
});

test("an address in the file is refused, with what to write", () => {
  const parsed = notify.safeParse([{ slack: "https://hooks.slack.com/services/T0/B0/x" }]);

  expect(JSON.stringify(parsed.error?.issues)).toContain("the name of a secret that holds the address");
});
