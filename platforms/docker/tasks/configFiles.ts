import type Docker from "dockerode";
import * as pulumi from "@pulumi/pulumi";
import type * as tarStream from "tar-stream";
import { connect, lastLogLines, sameInputs } from "../engine";

export interface ConfigFilesResourceArgs {
  readonly host?: pulumi.Input<string | undefined>;
  /** The program's own, so that its own tool of its own version checks; must be on the engine already. */
  readonly image: pulumi.Input<string>;
  readonly volume: pulumi.Input<string>;
  /** Where the program has the volume. */
  readonly directory: string;
  /** `uid:gid` in numbers. */
  readonly user: string;
  readonly files: pulumi.Input<Record<string, string>>;
  readonly secretFiles?: pulumi.Input<Record<string, string>>;
  /** Absent: nothing is checked. */
  readonly check?: readonly string[];
  /** Sent to the running program; absent: it reads its files when it starts. */
  readonly signal?: string;
  /** How its container is found. */
  readonly labels: Readonly<Record<string, string>>;
  /** For messages: `configuration of prometheus`. */
  readonly title: string;
  /** True: its system is halted, so nothing is written now; that is done when the system runs again. @default false */
  readonly idle?: boolean;
}

export interface ConfigFilesInputs {
  host?: string;
  image: string;
  volume: string;
  directory: string;
  user: string;
  files: Record<string, string>;
  secretFiles?: Record<string, string>;
  check?: string[];
  signal?: string;
  labels: Record<string, string>;
  title: string;
  idle?: boolean;
}

type Failures = { property: string; reason: string }[];

/** Every path that would not become a file of its own below the directory. Exported for tests. */
export function pathProblems(inputs: Pick<ConfigFilesInputs, "files" | "secretFiles" | "title">): Failures {
  const failures: Failures = [];
  const seen = new Map<string, string>();
  for (const property of ["files", "secretFiles"] as const) {
    const files: unknown = inputs[property];
    // A preview may not know them yet.
    if (typeof files !== "object" || files === null) continue;
    for (const path of Object.keys(files)) {
      const add = (what: string): number => failures.push({ property, reason: `${inputs.title}: the path ${JSON.stringify(path)} ${what}` });
      if (path === "" || path.includes("\0") || path.includes("\\")) add("is no path; use names separated by /");
      else if (path.startsWith("/") || path.split("/").some((part) => part === "" || part === "." || part === ".."))
        add("leaves its directory or may; give it relative, without . and ..");
      else if (seen.has(path)) add(`is among files and secretFiles; keep one of them`);
      seen.set(path, property);
    }
  }
  for (const path of seen.keys()) {
    const parts = path.split("/");
    const above = parts.map((_, i) => parts.slice(0, i).join("/")).find((folder) => seen.has(folder));
    if (above !== undefined) failures.push({ property: "files", reason: `${inputs.title}: ${JSON.stringify(above)} is a file and the folder of ${JSON.stringify(path)}` });
  }
  return failures;
}

/** Names of files in both sorts. */
function pathsOf(inputs: ConfigFilesInputs): string[] {
  return [...Object.keys(inputs.files), ...Object.keys(inputs.secretFiles ?? {})].sort();
}

/**
 * The archive for the engine, which has no way to delete. So folders in `emptied` are put as a file first and as a
 * folder then: the engine takes a thing of another kind away with all that is in it. A file in `emptied` stays, empty.
 * @param below the folder of all, ending in a slash, where the engine unpacks above it
 */
export async function archive(inputs: ConfigFilesInputs, emptied: readonly string[], below = ""): Promise<Buffer> {
  const { pack } = require("tar-stream") as typeof tarStream;
  const [uid = NaN, gid = NaN] = inputs.user.split(":").map(Number);
  const tar = pack();
  const folders = new Set<string>();
  if (below !== "") tar.entry({ name: below, type: "directory", mode: 0o755 });
  for (const path of emptied) {
    tar.entry({ name: below + path.replace(/\/$/, ""), mode: 0o444 }, "");
    if (path.endsWith("/")) tar.entry({ name: below + path, type: "directory", mode: 0o755 });
  }
  for (const path of pathsOf(inputs)) {
    const parts = path.split("/").slice(0, -1);
    parts.forEach((_, i) => {
      const folder = parts.slice(0, i + 1).join("/");
      if (!folders.has(folder)) tar.entry({ name: `${below}${folder}/`, type: "directory", mode: 0o755 });
      folders.add(folder);
    });
    const secret = inputs.secretFiles?.[path];
    // The program reads what it may not write: owned by root, but for secrets, which nobody else may read.
    if (secret === undefined) tar.entry({ name: below + path, mode: 0o444 }, inputs.files[path] ?? "");
    else tar.entry({ name: below + path, mode: 0o400, uid, gid }, secret);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What has lost a file: folders at the top, ending in a slash, and files there. */
export function emptiedBy(olds: ConfigFilesInputs | undefined, news: ConfigFilesInputs): string[] {
  if (olds === undefined || olds.volume !== news.volume) return [];
  const kept = new Set(pathsOf(news));
  return [...new Set(pathsOf(olds).filter((path) => !kept.has(path)).map((path) => path.replace(/\/.*$/, "/")))];
}

/** In a container of the program's image, which has the new files where the program will have them. */
async function check(inputs: ConfigFilesInputs, container: Docker.Container): Promise<void> {
  const timeoutSeconds = 60;
  // From the root: the image need not have the folder.
  await container.putArchive(await archive(inputs, [], `${inputs.directory.slice(1)}/`), { path: "/" });
  await container.start();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), timeoutSeconds * 1000)));
  const ended = await Promise.race([container.wait() as Promise<{ StatusCode: number }>, late]);
  clearTimeout(timer);
  if (ended?.StatusCode === 0) return;
  const how = ended === undefined ? `was not checked within ${timeoutSeconds} s` : `was refused by ${inputs.check?.[0] ?? ""} (exit code ${ended.StatusCode})`;
  throw new Error(`${inputs.title} ${how}; the one before stays in use. Its last lines:\n${await lastLogLines(container, 20)}`);
}

async function tell(inputs: ConfigFilesInputs, docker: Docker): Promise<void> {
  if (inputs.signal === undefined) return;
  const label = ["stack", "system", "service", "role"].map((name) => `stackbook.${name}=${inputs.labels[`stackbook.${name}`] ?? ""}`);
  for (const { Id } of await docker.listContainers({ filters: { label, status: ["running"] } })) {
    await docker
      .getContainer(Id)
      .kill({ signal: inputs.signal })
      .catch((error: { statusCode?: number }) => {
        // It has just stopped: it reads the new files when it starts.
        if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
      });
  }
}

/** @returns when, which is another time each time */
async function write(olds: ConfigFilesInputs | undefined, news: ConfigFilesInputs): Promise<string> {
  if (news.idle === true) return "";
  const docker = connect(news.host);
  const mount = "/.stackbook-config";
  const options = {
    Image: news.image,
    Entrypoint: [],
    Cmd: news.check ?? ["none"],
    User: news.user,
    Env: ["HOME=/tmp"],
    WorkingDir: "/",
    Labels: { ...news.labels, "stackbook.role": "task" },
    HostConfig: {
      NetworkMode: "none",
      Mounts: [{ Type: "volume", Source: news.volume, Target: mount, VolumeOptions: { NoCopy: true } }],
      Memory: 512 * 1024 * 1024,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Init: true,
      LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
    },
  };
  // As `_body`: given plainly, dockerode repeats every option in the request's URL.
  const container = await docker.createContainer({ _query: {}, _body: options } as unknown as Docker.ContainerCreateOptions);
  try {
    if (news.check !== undefined) await check(news, container);
    await container.putArchive(await archive(news, emptiedBy(olds, news)), { path: mount });
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
  await tell(news, docker);
  return new Date().toISOString();
}

const provider: pulumi.dynamic.ResourceProvider<ConfigFilesInputs, ConfigFilesInputs & { result: string }> = {
  check: (_olds, news) => Promise.resolve({ inputs: news, failures: pathProblems(news) }),
  diff: (_id, olds, news) => Promise.resolve({ changes: news.idle !== true && !sameInputs(olds, news) }),
  async create(inputs) {
    const result = await write(undefined, inputs);
    return { id: inputs.title.replace(/[^A-Za-z0-9]+/g, "-"), outs: { ...inputs, result } };
  },
  async update(_id, olds, news) {
    return { outs: { ...news, result: await write(olds, news) } };
  },
};

/**
 * Files on a volume that a program reads. They are checked by the program's own tool before they take their
 * place; when it refuses them, the update fails with its words, and every further one until they are repaired.
 */
export class ConfigFiles extends pulumi.dynamic.Resource {
  /** When it was last written, ISO 8601. */
  declare readonly result: pulumi.Output<string>;

  constructor(name: string, args: ConfigFilesResourceArgs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args, result: undefined }, { ...opts, additionalSecretOutputs: ["secretFiles"] }, "stackbook", "ConfigFiles");
  }
}
