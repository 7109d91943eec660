import type { Meaning } from "../provider.ts";
import { tokenHint } from "./api.ts";

/** What DigitalOcean's refusals look like in the words of its provider: `422 (request "...") Size is not available`. */
export const meanings: readonly Meaning[] = [
  {
    pattern: /Unable to authenticate you/i,
    code: "token-refused",
    message: "DigitalOcean does not accept the token",
    hint: tokenHint,
  },
  {
    pattern: /You are not authorized to perform this operation|missing the required permission/i,
    code: "token-refused",
    message: "the token may not do that",
    hint: tokenHint,
  },
  {
    pattern: /\/domains\/\S+\/records:\s+404/,
    code: "no-zone",
    message: "the domain of infrastructure.dns is not in the account, or the token does not show it",
    hint: "add it there, and run the same command again: it goes on from what is there",
  },
  {
    pattern:
      /size is not available|invalid size|region is not available|not (currently )?available in (this|that) region/i,
    code: "out-of-stock",
    message: "the size cannot be had there at the moment",
    hint: "take another size or location",
  },
  {
    pattern: /Rate limit exceeded|Too many requests/i,
    code: "rate-limited",
    message: "DigitalOcean's limit of requests for this token is reached",
    hint: "wait some minutes, and run the same command again: it goes on from what is there",
  },
  {
    pattern: /exceed your \w+ limit|limit (has been )?(reached|exceeded)/i,
    code: "limit-reached",
    message: "the account has as many of these as DigitalOcean allows it",
    hint: "ask for more in the control panel, under Settings, Limits",
  },
  {
    pattern: /can only be expanded and not shrunk/,
    code: "volume-shrinks",
    message: "a volume can only grow",
    hint: "write into infrastructure.data what it has now, or more, and wherry infra init",
  },
  {
    // By main.tf, which takes no tag for its own to change.
    pattern: /tag of this environment is missing/,
    code: "tag-missing",
    message: "a server has lost the tag of its environment, and with it the firewall in front of it",
    hint: "put the tag back, as is said above, or in the control panel",
  },
  {
    pattern: /already has a pending event/i,
    code: "server-busy",
    message: "a server is busy with something else",
    hint: "wait a minute, and run the same command again: it goes on from what is there",
  },
  {
    pattern: /already (exists|in use|been taken)|must be unique|name is not unique/i,
    code: "name-taken",
    message: "something of that name is in the account already, and was not made by these files",
    hint: "rename or remove it there, or give the app another name",
  },
];
