import { systems, type SystemId } from "../systems";
import type { Report } from "./checks";
import { describe, quote } from "./errors";
import { carriesSecret, looksLikeSecret } from "./secrets";
import { resolveSmoke, type RawSmoke } from "./smoke-schema";

/** Rules of critical flows that no single key shows. */
export function checkSmoke(id: SystemId, raw: RawSmoke, report: Report): void {
  const at = ["systems", id, "smoke"];
  const catalogue = systems[id].smoke.map(({ name }) => name);
  const seen = new Set<string>();
  for (const [index, { body, headers, name, path, skip }] of raw.entries()) {
    const here = [...at, index];
    if (seen.has(name)) report([...here, "name"], quote(name), "a name of its own", "use another name: this list has it already");
    else if (skip === true && !catalogue.includes(name)) report([...here, "name"], quote(name), catalogue.join(", "), `name one of the catalogue's flows (${catalogue.join(", ")}), or remove it`);
    seen.add(name);
    if (skip !== true && path === undefined) report([...here, "path"], "missing", "a path from / on", "name the path that is asked, or set skip to true");
    const plain = [...secretsIn(headers ?? {}, "headers"), ...secretsIn(body ?? {}, "body")];
    for (const key of plain) report([...here, ...key], "a secret in plain text", "{login.password}, or a value that an earlier flow saves", `keep secrets out of the file: \`pulumi config set --secret ${id}:smokeLogin\` takes <address>:<password>, which flows write as {login.email} and {login.password}`);
  }
  checkPlaceholders(id, raw, report);
}

/** `{token}` needs a flow before it that saves a token. */
function checkPlaceholders(id: SystemId, raw: RawSmoke, report: Report): void {
  const known = new Set(["login.email", "login.password"]);
  let told = false;
  for (const { body, headers, name, path, save } of resolveSmoke(systems[id].smoke, raw)) {
    const used = [...JSON.stringify([path, headers, body]).matchAll(/\{([A-Za-z][\w.]*)\}/g)].map(([, placeholder]) => placeholder ?? "");
    const index = raw.findIndex((entry) => entry.name === name);
    const [missing] = used.filter((placeholder) => !known.has(placeholder));
    // One of the catalogue's has no place of its own in the file; the first one says enough.
    if (missing !== undefined && (index >= 0 || !told)) {
      told ||= index < 0;
      const where = index < 0 ? ["systems", id, "smoke"] : ["systems", id, "smoke", index];
      report(where, describe(`{${missing}}`), [...known].map((each) => `{${each}}`).join(", "), `have a flow before "${name}" save it: save: { ${missing}: <path in its answer> }`);
    }
    for (const saved of Object.keys(save ?? {})) known.add(saved);
  }
}

function secretsIn(values: Readonly<Record<string, unknown>>, ...path: string[]): string[][] {
  return Object.entries(values).flatMap(([name, value]): string[][] => {
    if (typeof value === "object" && value !== null) return secretsIn(value as Readonly<Record<string, unknown>>, ...path, name);
    const text = String(value);
    const named = looksLikeSecret(name) || /^(?:authorization|cookie)$/i.test(name);
    return (named && !/\{[A-Za-z][\w.]*\}/.test(text)) || carriesSecret(text) ? [[...path, name]] : [];
  });
}
