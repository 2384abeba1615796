import type { FullModel } from "./haproxy";
import type { EdgeSystem, EdgeWindow } from "./model";
import { isSystem } from "./names";
import { htmlBody, jsonBody, pages } from "./pages";

/**
 * Systems in whose place the edge answers. Windows are compared with HAProxy's own clock at each request, so that
 * they open and close though nobody does anything then; what visitors read in each is in a file beside the
 * configuration, where any text may stand.
 */

/** Told to programs where nobody said when it ends. Seconds. */
export const retryAfterSeconds = 300;

/** A window by the name under which its texts are found; those that end last come first, as theirs is the news. */
function windowsOf(system: EdgeSystem): { readonly key: string; readonly window: EdgeWindow }[] {
  if (system.closed?.kind !== "maintenance") return [];
  const rank = ({ from = 0, until = Infinity, message = "" }: EdgeWindow): [number, number, string] => [-until, from, message];
  const sorted = [...system.closed.windows].sort((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    const at = one.findIndex((value, index) => value !== other[index]);
    return at === -1 ? 0 : (one[at] ?? 0) < (other[at] ?? 0) ? -1 : 1;
  });
  return sorted.map((window, at) => ({ key: `${system.id}.${at}`, window }));
}

export function isClosing(model: Pick<FullModel, "systems">): boolean {
  return model.systems.some(({ closed }) => closed?.kind === "halted" || (closed?.windows.length ?? 0) > 0);
}

/** @param texts where the file of `closedTexts` lies */
export function renderClosed(model: FullModel, texts: string | undefined): string[] {
  if (texts === undefined) return [];
  const text = (of: string): string => `var(txn.closed),concat(.${of}),map_str(${texts})`;
  const link = model.statusPage === undefined ? "" : `<p><a href="${model.statusPage}">How the systems are</a></p>`;
  const filled = {
    html: `%[${text("html")}]${link}`,
    json: `%[${text("json")}]${model.statusPage === undefined ? "" : `,"statusPage":"${model.statusPage}"`}`,
    retryAfter: "%[var(txn.retry_after)]",
  };
  return [
    ...model.systems.flatMap(closings),
    `    http-request set-var(txn.closed_until) var(txn.closed),concat(.until),map_str(${texts},0),add(0) if { var(txn.closed) -m found }`,
    `    http-request set-var(txn.retry_after) int(${retryAfterSeconds})`,
    "    http-request set-var(txn.retry_after) var(txn.closed_until),sub(txn.now) if { var(txn.closed_until) -m int gt 0 }",
    ...(["halted", "maintenance"] as const).flatMap((name) => {
      const when = `if { var(txn.refuse) -m str ${name} }`;
      return [
        `    http-request return status ${pages[name].status} ${htmlBody(pages[name], filled)} ${when} { req.hdr(accept) -m sub text/html }`,
        `    http-request return status ${pages[name].status} ${jsonBody(pages[name], filled)} ${when}`,
      ];
    }),
  ];
}

/** The first window that fits stays; who passes is never in one. */
function closings(system: EdgeSystem): string[] {
  const close = (key: string, name: keyof typeof pages, condition: string): string[] => [
    `    http-request set-var(txn.closed) str(${key}) if ${isSystem(system)} !{ var(txn.closed) -m found }${condition}`,
    `    http-request set-var(txn.refuse) str(${name}) if { var(txn.closed) -m str ${key} }`,
  ];
  if (system.closed?.kind === "halted") return close(`${system.id}.halted`, "halted", "");
  return windowsOf(system).flatMap(({ key, window: { from, until } }) => {
    const times = [...(from === undefined ? [] : [` { var(txn.now) -m int ge ${from} }`]), ...(until === undefined ? [] : [` { var(txn.now) -m int lt ${until} }`])];
    return close(key, "maintenance", ` !{ var(txn.passes) -m bool }${times.join("")}`);
  });
}

/** Lines of a map: what visitors read, by window, as markup and as members of a JSON object. */
export function closedTexts({ systems, timeZone }: Pick<FullModel, "systems" | "timeZone">): string {
  const entry = (key: string, message: string, until: number | undefined): string[] => {
    const end = until === undefined ? undefined : new Date(until * 1000);
    const time = end === undefined ? "" : `<p>It should be back by <time datetime="${end.toISOString()}">${momentText(end, timeZone)}</time>.</p>`;
    return [
      `${key}.html <p>${escapeHtml(message)}</p>${time}`,
      `${key}.json "message":${JSON.stringify(message)},"until":${end === undefined ? "null" : `"${end.toISOString()}"`}`,
      ...(until === undefined ? [] : [`${key}.until ${until}`]),
    ];
  };
  return systems
    .flatMap((system) => [
      ...(system.closed?.kind === "halted" ? entry(`${system.id}.halted`, system.closed.message ?? pages.halted.text, undefined) : []),
      ...windowsOf(system).flatMap(({ key, window }) => entry(key, window.message ?? pages.maintenance.text, window.until)),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

/** `Sunday, 22 November 2026, 04:00 (Europe/Berlin)`, put together here: Node's own commas change from version to version. */
export function momentText(at: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts["weekday"]}, ${parts["day"]} ${parts["month"]} ${parts["year"]}, ${parts["hour"]}:${parts["minute"]} (${timeZone})`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
