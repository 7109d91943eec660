import { html } from "../../core/index.ts";
import type { Markup } from "../../core/index.ts";
import { generator } from "./generator.ts";
import { reportStyle } from "./style.ts";

/** What a report has of its own. */
export interface ReportPage {
  readonly title: string;
  /** What it is about, above the heading. */
  readonly kicker: string;
  readonly heading: string;
  /** When, and of what. */
  readonly about: string;
  /** A paragraph below the heading. */
  readonly lead?: Markup;
  readonly main: Markup;
}

/** The frame of all reports: one file, no script, nothing loaded from anywhere, light and dark, and fit to be printed. */
export function reportPage({ title, kicker, heading, about, lead, main }: ReportPage): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="${generator}" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${{ html: reportStyle }}
        </style>
      </head>
      <body>
        <header>
          <p class="kicker">${kicker}</p>
          <h1>${heading}</h1>
          <p class="soft">${about}</p>
          ${lead}
        </header>
        <main>${main}</main>
      </body>
    </html> `;
  return page.html;
}
