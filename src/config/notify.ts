import * as z from "zod";
import { variableName } from "./words.ts";

/** Who is told of what, as people write it. The addresses of webhooks are secrets: who has one can write to the channel. */

const secret = z
  .string()
  .regex(
    variableName,
    "the name of a secret that holds the address: who has the address can write there, so it must not stand in a file",
  );

const events = ["rollback", "attention", "backup"] as const;
const on = z
  .array(z.enum(events))
  .min(1)
  .optional()
  .describe(
    "rollback: a release was taken back by itself. attention: a release waits at its share for somebody. backup: a backup failed, or did not stand its drill. Default: all",
  );

const channel = z.union([
  z.strictObject({ slack: secret.describe("Incoming webhook of Slack."), on }),
  z.strictObject({ discord: secret.describe("Webhook of a Discord channel."), on }),
  z.strictObject({ teams: secret.describe("Workflow webhook of Microsoft Teams."), on }),
  z.strictObject({ webhook: secret.describe("Any address that takes JSON by POST."), on }),
  z.strictObject({
    telegram: z
      .strictObject({
        token: secret.describe("Token of the bot."),
        chat: z
          .string()
          .regex(/^(-?\d+|@\w+)$/, "a chat is a number or @name")
          .describe("Chat that it writes to."),
        api: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe("Bot API server of your own."),
      })
      .describe("A bot of Telegram, and the chat that it writes to."),
    on,
  }),
  z.strictObject({
    email: z
      .strictObject({
        to: z.array(z.email()).min(1).describe("Receivers."),
        from: z.email().describe("Sender."),
        server: z
          .url({ protocol: /^smtps?$/ })
          .describe(
            "smtps://smtp.example.com:465, or smtp://...:587, which must offer STARTTLS when there is a password.",
          ),
        user: z.string().min(1).optional().describe("Who logs in."),
        password: secret.optional().describe("Secret with the password."),
      })
      .describe("Mail by an SMTP server."),
    on,
  }),
]);

export const notify = z.array(channel).describe("Who is told when a release was taken back or needs somebody.");

type Raw = z.infer<typeof channel>;

export type NotifyEvent = (typeof events)[number];

/** One place that is told; `fields` go to the server as they are, `secrets` by the names of their values. */
export interface NotifyChannel {
  readonly kind: "slack" | "discord" | "teams" | "webhook" | "telegram" | "email";
  readonly events: readonly NotifyEvent[];
  readonly fields: Readonly<Record<string, string>>;
  /** Field -> name of the secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

export function notifyOf(raw: readonly Raw[] | undefined): readonly NotifyChannel[] {
  return (raw ?? []).map((one): NotifyChannel => {
    const told = { events: one.on ?? events };
    if ("slack" in one) return { ...told, kind: "slack", fields: {}, secrets: { url: one.slack } };
    if ("discord" in one) return { ...told, kind: "discord", fields: {}, secrets: { url: one.discord } };
    if ("teams" in one) return { ...told, kind: "teams", fields: {}, secrets: { url: one.teams } };
    if ("webhook" in one) return { ...told, kind: "webhook", fields: {}, secrets: { url: one.webhook } };
    if ("telegram" in one) {
      const { token, chat, api = "https://api.telegram.org" } = one.telegram;
      return { ...told, kind: "telegram", fields: { chat, api }, secrets: { token } };
    }
    const { to, from, server, user, password } = one.email;
    return {
      ...told,
      kind: "email",
      fields: { to: to.join(" "), from, server, ...(user === undefined ? {} : { user }) },
      secrets: password === undefined ? {} : { password },
    };
  });
}
