import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { paths } from "../base/paths.mjs";
import { Problem } from "../base/problem.mjs";
import { must } from "../base/run.mjs";
import { Engine } from "./api.mjs";

/** What the announcement names and `apt-get` gets. iptables: the engine's networks need it, and Debian only recommends it. */
export const dockerPackages = ["docker.io", "iptables"];
const socket = "unix:///var/run/docker.sock";
const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

/**
 * Of a new engine. Its own default pools hold about 30 networks, two stacks of all five systems; these hold 512.
 * An engine that was there before is left as it is.
 */
const daemonFile = "/etc/docker/daemon.json";
const daemonSettings = {
  "default-address-pools": [
    { base: "172.17.0.0/16", size: 24 },
    { base: "172.18.0.0/16", size: 24 },
  ],
};

/** Debian or Ubuntu as root. */
export async function installDocker(log) {
  const env = { ...process.env, PATH: path, DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, log: "docker-install.log" };
  const fix = "Does `apt-get update` work here? The packages come from this system's own sources.";
  log(`apt-get update (log: .stackbook/logs/docker-install.log)`);
  await must("apt-get", ["-o", "DPkg::Lock::Timeout=120", "update", "-q"], options, "apt-get could not read its package lists", fix);
  if (!existsSync(daemonFile)) {
    log(`writing ${daemonFile}: room for 512 networks`);
    mkdirSync("/etc/docker", { recursive: true });
    writeFileSync(daemonFile, `${JSON.stringify(daemonSettings, undefined, 2)}\n`);
  }
  log(`apt-get install ${dockerPackages.join(" ")}`);
  await must("apt-get", ["-o", "DPkg::Lock::Timeout=120", "install", "-y", "-q", "--no-install-recommends", ...dockerPackages], options, "apt-get could not install Docker", fix);
}

/** Starts the engine the machine's way, and waits until it answers. */
export async function startDocker(machine, log) {
  const engine = new Engine(socket);
  // The package's own script may have started it just now.
  if (await answersWithin(engine, 3)) return engine;
  let child;
  if (machine.hasSystemd) {
    log("systemctl start docker");
    await must("systemctl", ["enable", "--now", "docker"], { log: "docker-install.log" }, "systemd could not start Docker", "journalctl -u docker tells why.");
  } else {
    log("dockerd, by hand because there is no systemd (log: .stackbook/logs/dockerd.log)");
    mkdirSync(paths.logs, { recursive: true });
    const out = openSync(join(paths.logs, "dockerd.log"), "a");
    child = spawn("dockerd", [], { detached: true, stdio: ["ignore", out, out], cwd: "/", env: { ...process.env, PATH: path } });
    child.unref();
  }
  const ended = new Promise((resolve) => {
    child?.once("error", resolve);
    child?.once("exit", resolve);
  });
  log("waiting until the engine answers");
  const answered = await Promise.race([answersWithin(engine, 60), ended.then(() => false)]);
  if (answered) return engine;
  throw new Problem("the Docker engine was started but does not answer:", [...lastLines(), "Put right what its log says, then run this again."]);
}

function lastLines() {
  try {
    return readFileSync(join(paths.logs, "dockerd.log"), "utf8").trimEnd().split("\n").slice(-8);
  } catch {
    return [];
  }
}

async function answersWithin(engine, seconds) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await engine.ping();
      return true;
    } catch {
      if (Date.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}
