import { existsSync, readFileSync } from "node:fs";
import { onPath } from "../base/run.mjs";
import { dockerHostFor, enginePlaces } from "./address.mjs";
import { Engine } from "./api.mjs";

/** The first engine that answers, and what was heard from those that didn't. */
export async function findEngine({ env = process.env, places = enginePlaces({ env }) } = {}) {
  const tried = [];
  for (const place of places) {
    try {
      const engine = new Engine(place.address, env);
      await engine.ping();
      return { engine, place, dockerHost: dockerHostFor(place), tried };
    } catch (error) {
      tried.push({ place, code: error?.code, message: error?.message ?? String(error) });
    }
  }
  return { tried };
}

/** What of this machine decides how Docker gets here. */
export function aboutMachine() {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const words = ["ID", "ID_LIKE"].flatMap((key) => (new RegExp(`^${key}="?([^"\n]*)`, "m").exec(release)?.[1] ?? "").split(" "));
  return {
    platform: process.platform,
    isDebian: words.includes("debian") || words.includes("ubuntu"),
    isRoot: process.getuid?.() === 0,
    hasSystemd: existsSync("/run/systemd/system"),
    hasDaemon: onPath("dockerd", `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`) !== undefined,
  };
}

/**
 * @param {{ found: Awaited<ReturnType<typeof findEngine>>, machine: ReturnType<typeof aboutMachine> }} facts
 * @returns {{ way: "reach" | "start" | "install" | "give up", why: string, fix?: string[] }}
 */
export function chooseDocker({ found, machine }) {
  if (found.place !== undefined) return { way: "reach", why: `an engine answers at ${found.place.name}` };
  const ordered = found.tried.find(({ place }) => place.from !== "socket");
  if (ordered !== undefined) {
    const unset = ordered.place.from === "DOCKER_HOST" ? "or unset DOCKER_HOST to use this machine's own engine" : "or choose another with `docker context use default`";
    return { way: "give up", why: `no Docker engine answers at ${ordered.place.name}: ${plainly(ordered)}`, fix: [`Start that engine, correct the address, ${unset}.`] };
  }
  const refused = found.tried.find(({ code }) => code === "EACCES" || code === "EPERM");
  if (refused !== undefined) {
    return {
      way: "give up",
      why: `a Docker engine is at ${refused.place.name}, but this user may not use it`,
      fix: ["Join its group and log in again: sudo usermod -aG docker $USER", "or run this as root."],
    };
  }
  const why = found.tried.length === 0 ? "no Docker engine here" : `no Docker engine answers at ${found.tried.map(({ place }) => place.name).join(", ")}`;
  if (machine.platform === "linux" && machine.isRoot && machine.hasDaemon) return { way: "start", why: `${why}, but dockerd is installed` };
  if (machine.platform === "linux" && machine.isRoot && machine.isDebian) return { way: "install", why };
  return { way: "give up", why, fix: adviceFor(machine) };
}

function plainly({ code, message }) {
  const known = { ECONNREFUSED: "connection refused", ENOENT: "there is no such socket", ENOTFOUND: "its name is not known here", EACCES: "this user may not use it" };
  return known[code] ?? message;
}

function adviceFor(machine) {
  if (machine.platform === "darwin") return ["Start Docker Desktop, OrbStack or Colima (`colima start`), then run this again."];
  if (machine.platform !== "linux") return ["Install Docker Desktop with its WSL 2 engine and run this inside WSL."];
  if (machine.hasDaemon) return ["Docker is installed but does not run: sudo systemctl start docker (or: sudo dockerd &), then run this again."];
  if (machine.isDebian) return ["Install it: sudo apt-get install -y docker.io iptables && sudo usermod -aG docker $USER", "then log in again, or run this as root and it does so itself."];
  return ["Install Docker Engine with this system's package manager and start it, then run this again,", "or name another machine's engine: DOCKER_HOST=ssh://user@host npm start"];
}
