import { Readable } from "node:stream";
import { folderOf } from "../../../backups/layout";
import { partFiles, type Manifest, type Part, type PartName, type Tier } from "../../../backups/manifest";
import type { RunAnswer } from "../../../backups/protocol";
import type { Context } from "./context";
import { gpgVersion } from "./crypto/version";
import { discard } from "./discard";
import { alone } from "./lock";
import { describeError } from "../../common/log";
import { signManifest } from "./manifest/signature";
import { Receivers, writePart, type Writing } from "./partWriter";
import { sizeOf } from "./size";
import type { Source } from "./sources/types";
import { spread } from "./spread";
import { enforceRetention } from "./retention";
import { copyToTiers } from "./tiers";
import { freeTimestamp } from "./vault";

export interface RunRequest {
  readonly tier: Tier;
  readonly reason: string;
}

export type Progress = (line: string) => void;

/** Takes a backup, alone; the figures for Prometheus tell how it went, whatever way it ends. */
export async function run(context: Context, request: RunRequest, signal: AbortSignal, progress: Progress): Promise<RunAnswer> {
  const told = (): void => progress("waiting for another run to end");
  return alone(context.lockFiles(), { waitSeconds: context.parts.waitSeconds, signal, told }, () => runAlone(context, request, signal, progress));
}

/** For whoever has the lock already. */
export async function runAlone(context: Context, request: RunRequest, signal: AbortSignal, progress: Progress): Promise<RunAnswer> {
  const { state, log, parts } = context;
  const began = parts.now();
  const start = performance.now();
  const seconds = (): number => Math.round(performance.now() - start) / 1000;
  try {
    const answer = await take(context, request, signal, progress, seconds);
    const failed = answer.problems.length > 0 ? 1 : 0;
    state.change(({ figures }) => ({
      figures: {
        ...figures, lastRun: unix(began), lastRunFailed: failed, lastSuccess: unix(began), duration: answer.seconds,
        ...(answer.bytes === null ? {} : { bytes: answer.bytes, ...(figures.bytes === undefined ? {} : { previousBytes: figures.bytes }) }),
      },
    }));
    if (failed === 1) log.error("a backup is not in every store", { backup: answer.backup, problems: answer.problems });
    log.info(answer.bytes === null ? "there is nothing to back up yet" : "a backup was taken", { ...answer, reason: request.reason });
    return answer;
  } catch (error) {
    // Told to stop: nothing failed.
    if (signal.aborted) log.warn("a backup was ended before it was done", { tier: request.tier, reason: request.reason });
    else {
      state.tell({ lastRun: unix(began), lastRunFailed: 1 });
      log.error("a backup failed", { tier: request.tier, reason: request.reason, error: describeError(error) });
      // What has had its time may be what filled the store.
      await enforceRetention(context).catch((failure: unknown) => log.warn("old backups could not be removed", { error: describeError(failure) }));
    }
    throw error;
  }
}

const unix = (moment: Date): number => Math.floor(moment.getTime() / 1000);

async function take(context: Context, { tier, reason }: RunRequest, signal: AbortSignal, progress: Progress, seconds: () => number): Promise<RunAnswer> {
  const { settings, vault, parts } = context;
  const sources = context.sources();
  if (await nothingYet(context, tier, sources)) {
    progress("the database is empty: there is nothing to back up");
    // Nothing is as good as proven: nobody is to be told of it.
    context.state.tell({ lastVerified: unix(parts.now()) });
    return { backup: "", bytes: null, seconds: seconds(), stores: [], problems: [] };
  }
  const { timestamp, startedAt } = await freeTimestamp(vault, tier, parts.now, (milliseconds) => parts.pause(milliseconds, signal));
  const folder = folderOf(settings.system, tier, timestamp);
  const receivers = new Receivers(vault.stores);
  const complete = new Set<string>();
  const writing: Writing = { cipher: context.cipher, folder, signal, progress, stallMs: parts.stallMs };
  try {
    const versions = { ...Object.assign({}, ...(await Promise.all(sources.map((source) => source.versions())))) as Record<string, string>, gpg: await gpgVersion() };
    const written: Part[] = [];
    for (const source of sources) written.push(await writeSource(context, source, receivers, writing));
    written.push(await writePart("config", partFiles.config, Readable.from([Buffer.from(`${JSON.stringify(settings.config)}\n`)]), receivers, writing));
    const checkpoint = context.checkpoint();
    if (checkpoint !== undefined) written.push(await writePart("checkpoint", partFiles.checkpoint, Readable.from([checkpoint]), receivers, writing));
    const manifest = signManifest({
      format: 1, stack: settings.stack, system: settings.system, tier, timestamp, startedAt: startedAt.toISOString(),
      // A clock that was put back in the meantime makes no backup end before it began.
      finishedAt: new Date(Math.max(startedAt.getTime(), parts.now().getTime())).toISOString(),
      reason, release: settings.release, versions, engine: settings.engine, database: settings.database.name,
      encryption: { kind: settings.encryption.kind, keyId: settings.encryption.keyId }, parts: written,
    }, settings.encryption, context.secrets.read);
    signal.throwIfAborted();
    // Last of all: with it the backup exists.
    await Promise.all(receivers.good.map((store) => vault.writeManifest(store, manifest, signal).then(() => complete.add(store.name), (error: unknown) => receivers.lose(store, error))));
    signal.throwIfAborted();
    receivers.mustBeAny();
    const bytes = written.reduce((sum, part) => sum + part.bytes, 0);
    progress(`${folder}: ${sizeOf(bytes)} in ${[...complete].join(", ")}`);
    return await afterwards(context, manifest, receivers, { backup: folder, bytes, seconds, complete }, signal, progress);
  } catch (error) {
    await discard(context, folder, vault.stores.filter((store) => !complete.has(store.name)));
    throw error;
  }
}

/** The backup is there; nothing of what follows makes it undone, and what fails is told. */
async function afterwards(
  context: Context, manifest: Manifest, receivers: Receivers,
  made: { readonly backup: string; readonly bytes: number; readonly seconds: () => number; readonly complete: Set<string> }, signal: AbortSignal, progress: Progress,
): Promise<RunAnswer> {
  const problems: string[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      if (!signal.aborted) await work();
    } catch (error) {
      problems.push(describeError(error));
    }
  };
  // What a full disk holds of it is in the way of everything else.
  await discard(context, made.backup, receivers.failed);
  for (const store of receivers.failed) {
    await attempt(async () => {
      await spread(context, made.backup, store, signal, progress, receivers.failures[receivers.failed.indexOf(store)]);
      made.complete.add(store.name);
    });
  }
  if (manifest.tier === "daily") await attempt(() => copyToTiers(context, manifest, progress));
  await attempt(() => enforceRetention(context));
  return { backup: made.backup, bytes: made.bytes, seconds: made.seconds(), stores: context.vault.stores.map(({ name }) => name).filter((name) => made.complete.has(name)), problems };
}

async function writeSource(context: Context, source: Source, receivers: Receivers, writing: Writing): Promise<Part> {
  writing.progress(`${source.part}: dumping`);
  try {
    const { stream, facts } = await source.dump(writing.signal);
    // Awaited below; until then its failure is the stream's as well.
    facts.catch(() => undefined);
    const part = await writePart(source.part, partFile(context, source.part), stream, receivers, writing);
    return { ...part, tables: await facts };
  } catch (error) {
    writing.signal.throwIfAborted();
    throw new Error(`${source.part}: ${describeError(error)}`, { cause: error });
  }
}

function partFile({ settings }: Context, part: PartName): string {
  return part === "database" ? partFiles[settings.engine] : partFiles[part];
}

/**
 * A database that is empty but was not is no reason to stay silent: it is backed up, and the alert on its size tells.
 * Before a deploy it is not: on a new machine, beside the backups of the one before, it would be what `latest` means.
 */
async function nothingYet(context: Context, tier: Tier, sources: readonly Source[]): Promise<boolean> {
  const database = sources.find(({ part }) => part === "database");
  if (database === undefined || !(await database.empty())) return false;
  if (tier === "deploy") return true;
  if (context.state.value.figures.bytes !== undefined) return false;
  const tellNobody = (): void => undefined;
  return (await context.vault.list(tellNobody).catch(() => [])).length === 0;
}
