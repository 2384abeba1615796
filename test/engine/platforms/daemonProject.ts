import { spawn } from "node:child_process";
import { Project } from "../support";
import { engine, platformProgram, stack, want } from "./platformProject";

/** What a test changes; the rest of the daemon stays. */
export interface Wanted {
  readonly files: Readonly<Record<string, string>>;
  readonly secretFiles?: Readonly<Record<string, string>>;
  readonly onChange?: { readonly signal: "SIGHUP" } | "replace";
  /** Sites whose web network the daemon joins. */
  readonly sites?: readonly string[];
  /** Another value replaces every volume. */
  readonly tag?: string;
  readonly hostFolder?: string;
  /** Ends the daemon as soon as it starts. */
  readonly broken?: boolean;
}

/** A daemon in Node: it tells what it read when it started or was told to read again. */
const daemon = `
const fs = require("node:fs");
const directory = "/etc/probe";
let reloads = 0;
let seen;
const read = () => {
  const list = fs.readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  seen = Object.fromEntries(list.map((entry) => {
    const path = (entry.parentPath ?? entry.path) + "/" + entry.name;
    const { mode, uid, gid } = fs.statSync(path);
    return [path.slice(directory.length + 1), { text: fs.readFileSync(path, "utf8"), mode: (mode & 0o777).toString(8), uid, gid }];
  }));
};
read();
process.on("SIGHUP", () => { reloads += 1; read(); });
const writable = () => { try { fs.writeFileSync(directory + "/mine", ""); return true; } catch { return false; } };
require("node:http").createServer((_request, response) => response.end(JSON.stringify({ seen, reloads, writable: writable() }))).listen(8080);
console.log("probe started");
`;

/** Refuses what is marked as bad, in main.conf or in the file that it names by its full path. */
const checker = `
const fs = require("node:fs");
for (const file of ["{dir}/main.conf", "/etc/probe/rules/a.conf"]) {
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8").includes("bad")) { console.error(file + ":1: unknown directive: bad"); process.exit(3); }
}
`;

const program = platformProgram(`
const sites = (wanted.sites ?? []).map((system) => platform.createSite({ system, hasCache: false }, {}));
const probe = platform.createDaemon({
  name: "probe",
  image: platform.image("node"),
  entrypoint: ["node", "-e"],
  command: [wanted.broken ? "console.error('no such option'); process.exit(2)" : ${JSON.stringify(daemon)}],
  user: "1000:1001",
  places: [],
  config: {
    directory: "/etc/probe",
    files: wanted.files,
    ...(wanted.secretFiles === undefined ? {} : { secretFiles: pulumi.secret(wanted.secretFiles) }),
    check: ["node", "-e", ${JSON.stringify(checker)}],
    onChange: wanted.onChange ?? { signal: "SIGHUP" },
  },
  ...(wanted.hostFolder === undefined ? {} : { hostFolders: [{ hostPath: wanted.hostFolder, path: "/host" }] }),
  ...(wanted.broken ? {} : { healthcheck: { port: 8080, path: "/" } }),
  memoryMiB: 128,
  cpus: 0.5,
}, {});
platform.joinSites(probe, sites, {});
platform.awaitDaemons("monitoring", [probe], {});
`);

export async function daemonProject(wanted: Wanted): Promise<Project> {
  const project = await Project.create(program);
  await want(project, wanted);
  return project;
}

export interface Seen {
  readonly seen: Readonly<Record<string, { readonly text: string; readonly mode: string; readonly uid: number; readonly gid: number }>>;
  readonly reloads: number;
  readonly writable: boolean;
}

/** What the daemon says of itself. */
export async function ask(container: string): Promise<Seen> {
  const fetching = "fetch('http://127.0.0.1:8080/').then((answer) => answer.text()).then(console.log)";
  const child = spawn("docker", ["exec", container, "node", "-e", fetching], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  return JSON.parse(text) as Seen;
}

/** The texts alone, by path. */
export async function texts(container: string): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries((await ask(container)).seen).map(([path, { text }]) => [path, text]));
}

/** The daemon's container; there is one at most. */
export async function probeContainer(): Promise<string> {
  const label = [`stackbook.stack=${stack}`, "stackbook.service=probe", "stackbook.role=monitoring"];
  const found = await engine.listContainers({ filters: { label } });
  if (found.length !== 1) throw new Error(`${found.length} containers are the probe's`);
  return found[0]?.Id ?? "";
}
