import { createHash } from "node:crypto";
import type { FrontendSettings } from "../settings";
import type { System } from "../systems/types";

/** Put in by build.mjs from web/; absent when the sources run unbundled. */
declare const WEB_SCRIPT: string | undefined;
declare const WEB_STYLE: string | undefined;
declare const WEB_PAGE: string | undefined;

const script = typeof WEB_SCRIPT === "string" ? WEB_SCRIPT : "";
const style = typeof WEB_STYLE === "string" ? WEB_STYLE : "";
const template = typeof WEB_PAGE === "string" ? WEB_PAGE : "<!doctype html><title>__TITLE__</title><!--style--><body><!--config--><!--script-->";

export interface PageConfig {
  readonly system: string;
  readonly title: string;
  readonly version: string;
  readonly api: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly sockets: boolean;
}

/** One file with everything in it: during a deploy no second request can end up at another version. */
export function renderPage(settings: FrontendSettings): { readonly html: string; readonly headers: Readonly<Record<string, string>> } {
  const config = pageConfig(settings.system, settings.version, settings.apiUrl);
  const html = fill(template, config, `<style>${style}</style>`, `<script>${script}</script>`);
  const api = /^https?:/.test(settings.apiUrl) ? ` ${new URL(settings.apiUrl).origin} ${new URL(settings.apiUrl).origin.replace(/^http/, "ws")}` : "";
  const policy = [
    "default-src 'none'", `script-src ${source(script)}`, `style-src ${source(style)}`, `connect-src 'self'${api}`, "img-src 'self' data:",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ];
  return { html, headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-cache", "content-security-policy": policy.join("; ") } };
}

export function pageConfig(system: System, version: string, api: string): PageConfig {
  const { table, columns } = system.showcase;
  return { system: system.id, title: system.title, version, api, table, columns, sockets: system.sockets };
}

export function fill(page: string, config: PageConfig, styleTag: string, scriptTag: string): string {
  const json = JSON.stringify(config).replaceAll("<", "\\u003c");
  // Replaced by functions: "$&" in a text would mean something to replace().
  return page
    .replaceAll("__TITLE__", () => escapeHtml(config.title))
    .replaceAll("__VERSION__", () => escapeHtml(config.version))
    .replace("<!--style-->", () => styleTag)
    .replace("<!--config-->", () => `<script type="application/json" id="config">${json}</script>`)
    .replace("<!--script-->", () => scriptTag);
}

function source(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
