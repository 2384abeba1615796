import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { basename } from "node:path";
import { Problem } from "../base/problem.mjs";
import { commandOf } from "../base/processes.mjs";
import { isLocal } from "./address.mjs";

/**
 * Throws when a port the edge needs is taken by something else, with who it is and the key that changes it.
 * @param {import("./api.mjs").Engine} engine
 * @param {{ ports: Record<string, number>, address: string, stack: string, stackFile: string, isOurs: (container: any) => boolean, free?: typeof isFree, holder?: typeof processOn }} on
 */
export async function checkPorts(engine, { ports, address, stack, stackFile, isOurs, free = isFree, holder = processOn }) {
  const containers = await engine.ask("GET", "/containers/json");
  const taken = [];
  for (const [key, port] of Object.entries(ports)) {
    const publisher = containers.find((container) => (container.Ports ?? []).some((entry) => entry.PublicPort === port && entry.Type === "tcp"));
    if (publisher !== undefined) {
      if (!isOurs(publisher)) taken.push({ key, port, by: describeContainer(publisher, stack) });
    } else if (isLocal(engine.address) && (await staysTaken(port, address, free))) {
      taken.push({ key, port, by: holder(port) ?? "a process that can't be seen from here (another user's)" });
    }
  }
  if (taken.length === 0) return;
  throw new Problem(taken.map(({ key, port, by }) => `port ${port} (stackbook:edge.${key}) is taken by ${by}`).join("\n       "), [
    `Stop it, or give the edge another port (that is written into ${basename(stackFile)}), then run this again:`,
    '  eval "$(npm run -s env)"',
    ...taken.map(({ key, port }) => `  pulumi config set --path stackbook:edge.${key} ${port + 1000}${stack === "dev" ? "" : ` --stack ${stack}`}`),
  ]);
}

/** An outgoing connection may hold a port for a moment; that is nobody to report. */
async function staysTaken(port, address, free) {
  if (await free(port, address)) return false;
  await new Promise((resolve) => setTimeout(resolve, 300));
  return !(await free(port, address));
}

function describeContainer(container, stack) {
  const name = (container.Names?.[0] ?? container.Id.slice(0, 12)).replace(/^\//, "");
  const other = container.Labels?.["stackbook.stack"];
  if (other === undefined) return `the container ${name}`;
  return other === stack ? `the container ${name}, the edge of a stack ${other} of another clone` : `the container ${name}, the edge of the stack ${other}`;
}

/** @returns {Promise<boolean>} */
export function isFree(port, address) {
  return new Promise((resolve) => {
    const server = createServer();
    // Only "in use" counts: the engine may open what this user may not.
    server.once("error", (error) => resolve(error.code !== "EADDRINUSE"));
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens on a port, from /proc; undefined when it can't be seen. */
export function processOn(port, proc = "/proc") {
  const inodes = new Set(["tcp", "tcp6"].flatMap((table) => listeners(read(`${proc}/net/${table}`), port)));
  if (inodes.size === 0) return undefined;
  for (const pid of list(proc).filter((name) => /^\d+$/.test(name))) {
    for (const fd of list(`${proc}/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`${proc}/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) {
        const command = commandOf(Number(pid)) ?? "a process";
        return `${command.length > 60 ? `${command.slice(0, 57)}...` : command} (process ${pid})`;
      }
    }
  }
  return undefined;
}

/** The inodes of the sockets that listen on a port, out of a /proc/net/tcp table. */
export function listeners(text, port) {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === "0A" && fields[1]?.endsWith(`:${hex}`))
    .map((fields) => fields[9] ?? "");
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function link(file) {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}
