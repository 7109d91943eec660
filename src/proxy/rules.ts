import type { Redirect } from "../config/index.ts";
import type { Seconds } from "../core/index.ts";
import { configString, configWord, formatString, regexOf } from "./words.ts";

/** What the proxy does with the requests of one service; of a release, so that a rollback takes it along. */
export interface ProxyRules {
  /** Bytes. */
  readonly body: number | undefined;
  readonly rate: { readonly requests: number; readonly seconds: number } | undefined;
  readonly timeout: Seconds | undefined;
  readonly allow: readonly string[];
  /** Passwords as SHA-512 crypt makes them. */
  readonly users: readonly { readonly name: string; readonly password: string }[];
  readonly headers: Readonly<Record<string, string>>;
  readonly compress: boolean;
  readonly strip: string | undefined;
  readonly redirects: readonly Redirect[];
  /** Status -> page for what the proxy answers itself. */
  readonly pages: Readonly<Record<string, string>>;
}

/** Text that is worth compressing; pictures and films are compressed already. */
const compressible =
  "text/html text/css text/plain text/xml text/javascript application/javascript application/json application/xml image/svg+xml";

/** Lines of a back end, in the order in which a request meets them; and the section with its users, where it has some. */
export function rulesConfig(
  name: string,
  rules: ProxyRules,
): { readonly lines: readonly string[]; readonly users: string } {
  const { body, rate, timeout, allow, users, headers, compress, strip, redirects, pages } = rules;
  const deny = (status: number, condition: string): string => `  http-request deny deny_status ${status} ${condition}`;
  const lines = Object.entries(pages).map(
    ([status, page]) =>
      `  http-error status ${status} content-type "text/html; charset=utf-8" string ${configString(page)}`,
  );
  if (timeout !== undefined) lines.push(`  timeout server ${Math.round(timeout * 1000)}ms`);
  if (rate !== undefined)
    lines.push(`  stick-table type ipv6 size 100k expire ${rate.seconds * 2}s store http_req_rate(${rate.seconds}s)`);
  if (compress) lines.push("  compression algo gzip", `  compression type ${compressible}`);
  if (allow.length > 0) lines.push(deny(403, `unless { src ${allow.join(" ")} }`));
  if (rate !== undefined)
    lines.push("  http-request track-sc0 src", deny(429, `if { sc_http_req_rate(0) gt ${rate.requests} }`));
  if (body !== undefined)
    lines.push(
      deny(413, `if { req.hdr(content-length) -m int gt ${body} }`),
      ...[
        "{ req.hdr(transfer-encoding) -m found }",
        "!{ method GET HEAD OPTIONS DELETE } { fc_http_major 2 } !{ req.hdr(content-length) -m found }",
      ].map(
        (condition) =>
          `  http-request return status 411 content-type text/plain string "A length is required.\\n" if ${condition}`,
      ),
    );
  lines.push(...redirects.map(redirectLine));
  if (users.length > 0)
    lines.push(
      `  http-request auth realm ${name} unless { http_auth(${name}) }`,
      "  http-request del-header Authorization",
    );
  if (strip !== undefined)
    lines.push(
      `  http-request set-header X-Forwarded-Prefix ${formatString(strip)}`,
      `  http-request replace-path ${configWord(`^${regexOf(strip)}(/+(.*))?$`)} '/\\2'`,
    );
  lines.push(
    ...Object.entries(headers).map(
      ([header, value]) =>
        `  http-response set-header ${header} ${formatString(value)} unless { res.hdr(${header}) -m found }`,
    ),
  );
  const section = [
    `userlist ${name}`,
    ...users.map((user) => `  user ${user.name} password ${configWord(user.password)}`),
    "",
  ];
  return { lines, users: users.length === 0 ? "" : section.join("\n") };
}

/** A host keeps its paths; a path is matched as a whole, with or without a slash at its end. */
function redirectLine({ from, to, status }: Redirect): string {
  if (!from.startsWith("/"))
    return `  http-request redirect prefix ${formatString(to.replace(/\/+$/, ""))} code ${status} if { var(txn.host) -m str ${from.toLowerCase()} }`;
  const paths = [...new Set([from, from.replace(/(?<=.)\/+$/, ""), from.replace(/\/*$/, "/")])];
  return `  http-request redirect location ${formatString(to)} keep-query code ${status} if { path -m str ${paths.map(configWord).join(" ")} }`;
}
