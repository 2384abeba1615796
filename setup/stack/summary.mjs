import { readFileSync, existsSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { nameOf, roleOf, systemOf } from "../engine/belongings.mjs";
import { paths, stackFile } from "../base/paths.mjs";
import { table } from "../base/say.mjs";
import { defaultSystems, systemIds } from "../base/catalogue.mjs";

/** What runs, in the order of the catalogue. */
const enabled = (outputs) => systemIds.filter((id) => outputs.systems?.[id]?.enabled === true).map((id) => [id, outputs.systems[id]]);

/** Writes the stack's own authority beside the state, for curl and browsers. */
export function saveCertificate(outputs) {
  const pem = outputs.caCertificate;
  if (typeof pem !== "string" || !pem.includes("BEGIN CERTIFICATE")) return false;
  if (!existsSync(paths.caCertificate) || readFileSync(paths.caCertificate, "utf8") !== pem) writeFileSync(paths.caCertificate, pem);
  return true;
}

/** `system, version, containers, health` of everything that runs. */
export function running(outputs, containers) {
  const ids = [...enabled(outputs).map(([id]) => id), "stack"];
  const rows = ids.map((id) => {
    const own = containers.filter((container) => systemOf(container) === id);
    const roles = [...new Set(own.map((container) => container.Labels?.["stackbook.service"] ?? roleOf(container)))].sort();
    const system = outputs.systems?.[id];
    return [id === "stack" ? "(edge)" : id, system?.version ?? "", `${own.length} (${roles.join(", ")})`, healthOf(own)];
  });
  return table([["system", "version", "containers", "health"], ...rows]);
}

/** The engine writes health into `Status`: "Up 3 minutes (healthy)". */
export function healthOf(containers) {
  const bad = containers.filter(({ State, Status }) => State !== "running" || /\((unhealthy|health: starting)\)/.test(Status ?? ""));
  if (containers.length === 0) return "none";
  if (bad.length === 0) return "all healthy";
  return bad.map((container) => `${nameOf(container)}: ${container.State === "running" ? (/\((.*?)\)/.exec(container.Status ?? "")?.[1] ?? "running") : container.State}`).join(", ");
}

/** One request per address, the way the printed curl line does it: the first page must answer. */
export async function probeAddresses(outputs, bindAddress) {
  const ca = existsSync(paths.caCertificate) ? readFileSync(paths.caCertificate) : undefined;
  const found = [];
  for (const [id, system] of enabled(outputs)) {
    // A route's prefix alone is often no page: what is "not found" is not worth pasting.
    const paths = [...new Set((system.paths ?? ["/"]).flatMap((path) => (path === "/api" ? [path, "/api/version"] : [path])))];
    const address = bindAddress === "0.0.0.0" ? "127.0.0.1" : bindAddress;
    const answers = await Promise.all(paths.map(async (path) => ({ id, url: `${system.url}${path}`, ...(await get(`${system.url}${path}`, ca, address)) })));
    found.push(...answers.filter(({ status }) => status === undefined || status < 400 || status >= 500));
  }
  return found;
}

function get(url, ca, address) {
  const started = Date.now();
  return new Promise((resolve) => {
    const asked = request(url, { ca, timeout: 5000, agent: false, lookup: (_name, options, done) => (options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4)) }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, milliseconds: Date.now() - started });
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer within 5 s")));
    asked.on("error", (error) => resolve({ error: error.message }));
    asked.end();
  });
}

/** Works as pasted in the clone's folder. curl knows *.localhost by itself; other names it is told. */
export function curlLine(url, hasCertificate) {
  const { hostname, port } = new URL(url);
  const resolve = hostname === "localhost" || hostname.endsWith(".localhost") ? "" : ` --resolve ${hostname}:${port || 443}:127.0.0.1`;
  return `curl${hasCertificate ? " --cacert .stackbook/ca.crt" : ""}${resolve} ${url}`;
}

/** Where to look at what runs, and which part of the monitoring this machine is without. */
export function watching(outputs, stack) {
  const { monitoring } = outputs;
  if (monitoring === undefined || monitoring === null) return [];
  const dash = stack === "dev" ? "" : ` -- --stack ${stack}`;
  const login = `    (login: npm run -s credentials${dash})`;
  const pages = [
    ["Status page:", monitoring.status, ""],
    ["Dashboards:", monitoring.grafana, login],
    ["Prometheus:", monitoring.prometheus, login],
    ["Alerts:", monitoring.alertmanager, login],
  ];
  return [
    ...pages.filter(([, url]) => typeof url === "string").map(([name, url, after]) => `${name.padEnd(14)}${url}${after}`),
    ...(monitoring.missing ?? []).map(({ part, why }) => `Without ${part}: ${why}`),
  ];
}

/** Shown at every start, because it is needed when nothing else is left. */
export function backingUp(outputs, stack) {
  if (Object.keys(outputs.backups ?? {}).length === 0) return [];
  const name = stack === "dev" ? "" : ` --stack ${stack}`;
  return [
    `Backups:      npx stackbook backups list${name}    (docs/backups.md)`,
    `Recovery kit: npx stackbook recovery-kit${name}    <- keep it apart: without it nobody can open a backup`,
  ];
}

/** Three things to try, with the system that everybody starts with, or the first that runs. */
export function thingsToTry(outputs, stack) {
  const runs = enabled(outputs);
  const [id, system] = runs.find(([name]) => defaultSystems.includes(name)) ?? runs[0] ?? [];
  if (id === undefined) return [];
  const dash = stack === "dev" ? "" : ` -- --stack ${stack}`;
  const next = nextVersion(system.version);
  const set = (version) => `pulumi config set --path stackbook:systems.${id}.version ${version} && pulumi up --yes`;
  return [
    "To try, in this folder:",
    `  eval "$(npm run -s env${dash})"`,
    `  1. deploy version ${next}, without a dropped request:`,
    `       ${set(next)}`,
    "  2. break it: this one never gets healthy, the update is refused and the old version goes on serving:",
    `       ${set(`${next.replace(/\d+$/, (n) => String(Number(n) + 1))}-broken`)}`,
    "  3. go back:",
    `       ${set(system.version)}`,
  ];
}

export const nextVersion = (version) => {
  const major = Number(/^\d+/.exec(version)?.[0] ?? 1);
  return `${major + 1}.0.0`;
};

export function closing(stack) {
  const dash = stack === "dev" ? "" : ` -- --stack ${stack}`;
  return [
    `Credentials:  npm run -s credentials${dash}    (or: pulumi stack output --show-secrets credentials)`,
    `Settings:     ${stackFile(stack).slice(paths.root.length + 1)}, then npm start again`,
    `Stop:         npm stop${dash}    Remove:  npm run destroy${dash}`,
  ];
}
