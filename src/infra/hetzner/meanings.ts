import type { Meaning } from "../provider.ts";
import { tokenHint } from "./api.ts";

/** A word in the one error that is about a DNS record, and in no other one that is told with it. */
function ofRecord(word: string): RegExp {
  return new RegExp(String.raw`with hcloud_zone_rrset\.(?:(?!Error: )[\s\S])*\b${word}\b`);
}

/** What Hetzner's refusals look like in the words of its provider, and how to go on. */
export const meanings: readonly Meaning[] = [
  {
    pattern: /\bunauthorized\b|unable to authenticate/,
    code: "token-refused",
    message: "Hetzner does not accept the token",
    hint: tokenHint,
  },
  {
    pattern: /token_readonly|\bforbidden\b/,
    code: "token-refused",
    message: "the token may read, and not write",
    hint: tokenHint,
  },
  {
    pattern: /resource_unavailable|placement_error|no_space_left_in_location|unsupported location for server type/,
    code: "out-of-stock",
    message: "the server type cannot be had there at the moment",
    hint: "take another type or location",
  },
  {
    pattern: ofRecord("uniqueness_error"),
    code: "dns-name-taken",
    message: "a name of infrastructure.dns has such a record in its zone already, which leads elsewhere",
    hint: "remove it there, or take the name out of infrastructure.dns.names, and wherry infra init",
  },
  {
    pattern: ofRecord("not_found"),
    code: "no-zone",
    message: "the zone of infrastructure.dns is not in the token's project",
    hint: "make it there, and run the same command again: it goes on from what is there",
  },
  {
    pattern: /uniqueness_error|is already used/,
    code: "name-taken",
    message: "something of that name is in the project already, and was not made by these files",
    hint: "rename or remove it there, or give the app another name",
  },
  {
    pattern: /rate_limit_exceeded|rate limit/,
    code: "rate-limited",
    message: "Hetzner's limit of requests for this project is reached",
    hint: "wait some minutes, and run the same command again: it goes on from what is there",
  },
  {
    pattern: /resource_limit_exceeded/,
    code: "limit-reached",
    message: "the project has as many of these as Hetzner allows it",
    hint: "ask for more in the Hetzner console, under Limits",
  },
];
