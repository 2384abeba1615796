import type { SystemFacts } from "../../config/facts";
import { systems } from "../../systems";
import { alertSections } from "./alerts";
import { peopleOf } from "./people";
import { procedures } from "./procedures";
import { routineSection } from "./routine";
import { troubles } from "./troubles";
import type { RunbookInput } from "./types";
import { bullets, code, commandOf, joined, link, shell, table } from "./words";

/** One system: what it is, what goes wrong, what is done. */
export function systemPage(input: RunbookInput, system: SystemFacts): string {
  const { facts } = input;
  const { title } = systems[system.id];
  const command = commandOf(facts.stack);
  return joined([
    `# ${title} in ${facts.stack}`,
    `[Index](index.md) · [The stack](stack.md) · [Addresses](#addresses) · [People](#people) · [Alerts](#alerts) · [Procedures](#procedures) · [Common troubles](#common-troubles) · [Lists](#lists)`,
    system.enabled ? "" : "**It is stopped in this stack** (`enabled: false`): its data is kept.",
    shell([command(`status ${system.id}`), command(`health ${system.id}`), command(`logs ${system.id} --follow`)]),
    "## Addresses", addresses(input, system),
    "## People", peopleOf(facts, system),
    "## Alerts", alertSections(input, system.id),
    "## Procedures", procedures(input, system),
    "## Common troubles", troublesOf(system, facts.stack),
    "## Lists", routineSection(system.id, facts.stack),
  ]);
}

function addresses({ facts }: RunbookInput, system: SystemFacts): string {
  const spec = systems[system.id];
  const { backend, frontend } = spec.services;
  const routed = (path: string): boolean => spec.routes.some((route) => route.path !== "/" && (path === route.path || path.startsWith(`${route.path}/`)));
  const health = [backend.health.path, backend.health.live, backend.health.ready].filter((path) => path !== undefined).filter(routed).map((path) => link(`${system.url}${path}`));
  const service = (name: "backend" | "frontend"): string => {
    const { cpus, image, memoryMiB, replicas } = system.services[name];
    return `${spec.services[name].framework}, port ${spec.services[name].port}; ${replicas} × ${memoryMiB} MiB, ${cpus} CPU; ${image}`;
  };
  const { database } = spec;
  return joined([
    table(["", ""], [
      ["address", link(system.url)], ["version", system.version], ["health", health.length === 0 ? `inside only: ${code(backend.health.path)}` : health.join(", ")],
      ["backend", service("backend")], ["frontend", service("frontend")],
      ["database", `${database.engine === "postgres" ? "PostgreSQL" : "MongoDB"} ${database.version}, ${code(database.name)} as ${code(database.role)}; no port is published: ${code(`npx stackbook --stack ${facts.stack} exec ${system.id} database`)}`],
      ...(system.redis ? [["Redis", `${spec.redis?.version ?? ""}: ${spec.redis?.uses.join(", ") ?? ""}`]] : []),
      ...(spec.uploads === undefined ? [] : [["uploads", `${code(spec.uploads.path)}: ${spec.uploads.folders.join(", ")}`]]),
      ...(spec.auditLog === undefined ? [] : [["audit log", code(spec.auditLog.path)]]),
      ["limits", `${system.requestsPerMinute} requests a minute from one address; bodies up to ${system.maxBodyMiB} MiB`],
      ["paths", spec.routes.map(({ path, service: to }) => `${code(path)} to ${to}`).join(", ")],
    ]),
    `Frontend and backend are containers of ${code(`docker ps --filter label=stackbook.stack=${facts.stack} --filter label=stackbook.system=${system.id}`)}; ${frontend.kind === "static" ? "the frontend is files that a web server gives out" : "each is a process of its own"}.`,
  ]).trimEnd();
}

function troublesOf({ id, redis }: SystemFacts, stack: string): string {
  const command = commandOf(stack);
  const fill = (text: string): string => text.replaceAll("{id}", id);
  const own = troubles.filter(({ needsRedis, systems: whose }) => whose.includes(id) && (needsRedis !== true || redis));
  return joined(own.map(({ from, look, seen, then }) => joined([
    `### ${seen}`, shell(look.map((words) => command(fill(words)))), bullets(then.map((line) => fill(line).replace(/`([a-z-]+ [^`]*)`/g, (whole, words: string) => (isCommand(words) ? code(command(words)) : whole)))), `From ${from}.`,
  ]).trimEnd())).trimEnd();
}

/** What a trouble names in short; `docker ...` and keys of the stack file stay as they are. */
export const shortCommands = ["rollback", "restart", "scale", "block", "cache", "db", "metrics", "status", "rotate"] as const;

function isCommand(words: string): boolean {
  return shortCommands.some((name) => words.startsWith(`${name} `));
}
