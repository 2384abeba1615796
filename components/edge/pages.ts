/**
 * What visitors read when the edge answers by itself. No text here may hold a single quote or a line break
 * (HAProxy's quoting); `%[...]` is filled in by HAProxy, any other per cent sign is written twice.
 */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly retryAfterSeconds?: number;
}

/** Answers of one page that differ: what HAProxy fills in. */
export interface Filled {
  /** Markup, in place of the text. */
  readonly html: string;
  /** Members of the JSON, in place of the message. */
  readonly json: string;
  readonly retryAfter: string;
}

export const pages = {
  blocked: { status: 403, title: "Refused", text: "This address may not use this site." },
  maintenance: { status: 503, title: "Maintenance", text: "This site is closed for maintenance." },
  halted: { status: 503, title: "Not available", text: "This site has been stopped, and is being worked on." },
  passRefused: { status: 403, title: "No pass", text: "This link opens nothing here, or no longer does." },
  unknownHost: { status: 421, title: "Unknown site", text: "Nothing is served here under this name." },
  noRoute: { status: 404, title: "Not found", text: "There is nothing at this address." },
  foreignOrigin: { status: 403, title: "Origin refused", text: "This origin may not call this site." },
  tooManyRequests: {
    status: 429,
    title: "Too many requests",
    text: "Too many requests came from this address. Please try again in a minute.",
    retryAfterSeconds: 60,
  },
  bodyTooLarge: { status: 413, title: "Too large", text: "The request is larger than this site takes." },
  unavailable: {
    status: 503,
    title: "Back in a moment",
    text: "This site is not available right now. Please try again in a few seconds.",
    retryAfterSeconds: 5,
  },
  brokenAnswer: { status: 502, title: "Something broke", text: "This site gave no proper answer. Please try again in a few seconds." },
  lateAnswer: { status: 504, title: "Too slow", text: "This site took too long to answer. Please try again in a few seconds." },
} satisfies Record<string, Page>;

export type PageName = keyof typeof pages;

/** `content-type ... lf-string ... hdr ...` with a JSON body, for programs. */
export function jsonBody(page: Page, filled?: Filled): string {
  const body = `{"status":${page.status},"error":"${page.title}",${filled?.json ?? `"message":"${page.text}"`},"requestId":"%[unique-id]"}`;
  return `content-type application/json lf-string ${quote(body)}${headers(page, filled)}`;
}

/** The same as a page, for people. It needs nothing from elsewhere and follows the visitor's light or dark theme. */
export function htmlBody(page: Page, filled?: Filled): string {
  const body =
    `<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><title>${page.title}</title>` +
    "<style>:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}small{opacity:.6}</style>" +
    `<h1>${page.title}</h1>${filled?.html ?? `<p>${page.text}</p>`}<small>%[unique-id]</small>`;
  return `content-type "text/html; charset=utf-8" lf-string ${quote(body)}${headers(page, filled)}`;
}

function headers(page: Page, filled?: Filled): string {
  const seconds = filled?.retryAfter ?? page.retryAfterSeconds;
  return ` hdr Cache-Control no-store${seconds === undefined ? "" : ` hdr Retry-After ${seconds}`}`;
}

export function quote(text: string): string {
  if (/['\r\n]/.test(text)) throw new Error(`not quotable for HAProxy: ${JSON.stringify(text)}`);
  return `'${text}'`;
}
