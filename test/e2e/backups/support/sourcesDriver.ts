/** What the tests of sources run inside the agent's image in place of the agent: one call by its name, as one line of JSON. */
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { sourcesOf, targetsOf } from "../../../../agents/backup/src/sources";
import { throwaway } from "../../../../agents/backup/src/throwaway";
import type { Manifest, PartName } from "../../../../backups/manifest";
import type { RestoreRequest } from "../../../../backups/protocol";
import type { BackupSettings, DrillCheck } from "../../../../backups/settings";

export interface Call {
  readonly op: "versions" | "empty" | "dump" | "check" | "prepare" | "facts" | "swap" | "revert" | "clean" | "drill";
  readonly part: PartName;
  readonly settings: BackupSettings;
  readonly secrets: Readonly<Record<string, string>>;
  /** On the folder that test and container share. */
  readonly file?: string;
  readonly manifest?: Manifest;
  readonly request?: RestoreRequest;
  readonly abortAfterMs?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly checks?: readonly DrillCheck[];
}

async function answer(call: Call): Promise<unknown> {
  const { op, part, settings, file = "", manifest = {} as Manifest, request = { backup: "latest", id: "none" } } = call;
  const secrets = (name: string): string => call.secrets[name] ?? "";
  const stop = new AbortController();
  if (call.abortAfterMs !== undefined) setTimeout(() => stop.abort(new Error("the test has seen enough")), call.abortAfterMs);
  if (op === "drill") return drill(call, stop.signal);
  if (op === "versions" || op === "empty" || op === "dump") {
    const source = sourcesOf(settings, secrets).find((one) => one.part === part);
    if (source === undefined) throw new Error(`no source ${part}`);
    if (op === "versions") return source.versions();
    if (op === "empty") return source.empty();
    const start = Date.now();
    const { stream, facts } = await source.dump(stop.signal);
    const [found] = await Promise.all([facts, pipeline(stream, createWriteStream(file))]);
    writeFileSync(`${file}.facts`, JSON.stringify(found));
    return { facts: found, ms: Date.now() - start, rssMiB: Math.round(process.resourceUsage().maxRSS / 1024) };
  }
  const target = targetsOf(settings, secrets).find((one) => one.part === part);
  if (target === undefined) throw new Error(`no target ${part}`);
  if (op === "check") return target.check(manifest, request);
  if (op === "prepare") {
    const start = Date.now();
    await target.prepare(createReadStream(file, { highWaterMark: 1 << 17 }), manifest, request, stop.signal);
    return { ms: Date.now() - start, rssMiB: Math.round(process.resourceUsage().maxRSS / 1024) };
  }
  return (await target[op](request)) ?? null;
}

async function drill({ settings, manifest = {} as Manifest, files = {}, checks = [] }: Call, signal: AbortSignal): Promise<unknown> {
  const server = await throwaway(settings);
  try {
    const facts = await server.load(manifest, (part) => Promise.resolve(createReadStream(files[part] ?? "")), signal);
    const answers: string[] = [];
    for (const check of checks) answers.push(await server.ask(check));
    return { facts, answers };
  } finally {
    await server.stop();
  }
}

void answer(JSON.parse(readFileSync(0, "utf8")) as Call).then(
  (value) => process.stdout.write(`${JSON.stringify({ value })}\n`, () => process.exit(0)),
  (error: Error) => process.stdout.write(`${JSON.stringify({ error: error.message, name: error.name })}\n`, () => process.exit(1)),
);
