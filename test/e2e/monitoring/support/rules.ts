import { buffer } from "node:stream/consumers";
import { extract, pack, type Headers } from "tar-stream";
import { containersOf, engine } from "../../support/engine";

const directory = "/etc/prometheus";

/**
 * Lets the stack's own rules fire sooner: in the files that Prometheus runs on, `for: 5m` becomes `for: 10s` and
 * nothing else changes, so expressions, windows, severities, texts and routes are the ones that were deployed.
 * The next update that changes Prometheus's files puts the runbooks' waits back.
 * @returns how many were shortened
 */
export async function shortenWaits(stack: string, seconds: number): Promise<number> {
  const [prometheus] = await containersOf(stack, { service: "prometheus" });
  const mount = prometheus?.Mounts.find(({ Destination }) => Destination === directory);
  if (prometheus === undefined || mount?.Name === undefined) throw new Error(`no Prometheus of ${stack} with its configuration on a volume`);
  // The volume is read-only in Prometheus; a container that is never started lends it to us.
  const helper = await engine.createContainer({ Image: prometheus.ImageID, HostConfig: { Binds: [`${mount.Name}:${directory}`] } });
  try {
    const archive = await buffer(await helper.getArchive({ path: `${directory}/rules` }));
    const { bytes, count } = await rewrite(archive, (text) => text.replace(/^(\s+for: )(\S+)$/gm, (line, start: string, wait: string) => (inSeconds(wait) > seconds ? `${start}${seconds}s` : line)));
    await helper.putArchive(bytes, { path: directory });
    await engine.getContainer(prometheus.Id).kill({ signal: "SIGHUP" });
    return count;
  } finally {
    await helper.remove({ force: true, v: false });
  }
}

async function rewrite(archive: Buffer, change: (text: string) => string): Promise<{ bytes: Buffer; count: number }> {
  const reader = extract();
  const writer = pack();
  let count = 0;
  reader.end(archive);
  for await (const entry of reader as AsyncIterable<NodeJS.ReadableStream & { header: Headers }>) {
    const before = await buffer(entry);
    const after = entry.header.type === "file" ? change(before.toString("utf8")) : before.toString("utf8");
    count += after === before.toString("utf8") ? 0 : differences(before.toString("utf8"), after);
    const { name, mode, uid, gid, type, mtime } = entry.header;
    writer.entry({ name, ...(mode === undefined ? {} : { mode }), ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }), ...(mtime === undefined ? {} : { mtime }), type: type ?? "file" }, after);
  }
  writer.finalize();
  return { bytes: await buffer(writer), count };
}

function differences(before: string, after: string): number {
  const lines = after.split("\n");
  return before.split("\n").filter((line, at) => line !== lines[at]).length;
}

/** `5m`, `1h30m`: as Prometheus writes them. */
function inSeconds(wait: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
  return [...wait.matchAll(/(\d+)([smhd])/g)].reduce((sum, [, digits, unit]) => sum + Number(digits) * (units[unit ?? "s"] ?? 1), 0);
}
