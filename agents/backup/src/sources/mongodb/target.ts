import type { Readable } from "node:stream";
import type { Collection, Db, Document } from "mongodb";
import type { Manifest, TableFact } from "../../../../../backups/manifest";
import type { RestoreRequest } from "../../../../../backups/protocol";
import type { BackupSettings } from "../../../../../backups/settings";
import { gibibytes, newer, shortId } from "../names";
import { patient } from "../stream";
import { RefusedError, type Target } from "../types";
import { connected, described, names, type Server } from "./connection";
import { collectionFact } from "./documents";
import { loadTar, type View } from "./load";
import { serverVersion } from "./source";

/** MongoDB's limit for `database.collection`, since 4.4. */
const longestName = 255;

/** What a restore remembers in the database itself: what belongs to it, and the views that were there before. */
interface Note extends Document {
  readonly _id: string;
  readonly view?: Document;
}

/**
 * Collections under names of their own beside the live ones, then renamed one after the other: MongoDB has no way to
 * rename several at once, so every step can be done again, or undone, from whatever names are found.
 */
export class MongoTarget implements Target {
  readonly part = "database";
  private readonly database: string;

  constructor(private readonly settings: BackupSettings, private readonly server: Server) {
    this.database = settings.database.name;
  }

  async check(manifest: Manifest, request: RestoreRequest): Promise<{ readonly replaces: readonly { readonly name: string; readonly rows: number }[] }> {
    const part = manifest.parts.find(({ name }) => name === "database");
    const only = chosen(part?.tables ?? [], request);
    return this.on(async (db) => {
      const [there, theirs] = [await serverVersion(db), manifest.versions["mongodb"] ?? "0"];
      if (newer(theirs, there, 2)) {
        throw new RefusedError(`the backup is of MongoDB ${theirs}, the server is ${there}`, [`use MongoDB ${theirs.split(".").slice(0, 2).join(".")} or newer for systems.${this.settings.system}, then restore again`]);
      }
      const long = (part?.tables ?? []).map(({ name }) => name).filter((name) => Buffer.byteLength(`${this.database}.${this.places(request).waiting}.${name}`) > longestName);
      if (long.length > 0) throw new RefusedError(`names of collections are too long to be restored beside the live ones: ${long.join(", ")}`, ["restore into an empty database by mongorestore (docs/backups.md)"]);
      const { fsTotalSize: total, fsUsedSize: used } = (await db.stats()) as { fsTotalSize?: number; fsUsedSize?: number };
      if (total !== undefined && used !== undefined && total - used < (part?.plainBytes ?? 0)) {
        throw new RefusedError(`the database's disk has ${gibibytes(total - used)} free, a restore beside the live data needs about ${gibibytes(part?.plainBytes ?? 0)}`, ["make room on the host's disk, or restore single collections"]);
      }
      const live = (await described(db)).filter(({ name, type }) => type !== "view" && (only === undefined || only.has(name)));
      return { replaces: await Promise.all(live.map(async ({ name }) => ({ name, rows: await db.collection(name).estimatedDocumentCount() }))) };
    });
  }

  async prepare(plain: Readable, manifest: Manifest, request: RestoreRequest, signal: AbortSignal): Promise<void> {
    patient(plain);
    const { waiting, before } = this.places(request);
    const tables = manifest.parts.find(({ name }) => name === "database")?.tables ?? [];
    const only = chosen(tables, request);
    await this.on(async (db) => {
      if (started(await names(db), before)) throw new RefusedError(`restore ${request.id} has been swapped in already`, ["revert it or clean up after it first"]);
      await drop(db, waiting);
      try {
        const { collections, views } = await loadTar(plain, db, (name) => (only === undefined || only.has(name) ? `${waiting}.${name}` : undefined), signal);
        // A tar may end anywhere between two files without being wrong as a tar.
        const missing = tables.filter(({ name }) => (only?.has(name) ?? true) && !collections.includes(name));
        if (missing.length > 0) throw new Error(`the dump ends before ${missing.map(({ name }) => name).join(", ")}`);
        const notes: Note[] = [
          ...collections.map((name) => ({ _id: name })),
          ...(only === undefined ? views.map(({ name, options }) => ({ _id: name, view: options })) : []),
        ];
        await db.createCollection(waiting);
        if (notes.length > 0) await notesIn(db, waiting).insertMany(notes);
      } catch (error) {
        await drop(db, waiting).catch(() => undefined);
        throw error;
      }
    });
  }

  async facts(request: RestoreRequest): Promise<readonly TableFact[]> {
    const { waiting } = this.places(request);
    return this.on(async (db) => {
      const present = await names(db);
      const notes = await notesIn(db, waiting).find().toArray();
      const all = present.has(waiting) ? notes.filter(({ view }) => view === undefined).map(({ _id }) => _id)
        : (await described(db)).filter(({ type, name }) => type !== "view" && (request.tables?.includes(name) ?? true)).map(({ name }) => name);
      const facts: TableFact[] = [];
      for (const name of all.sort()) facts.push(await collectionFact(db, present.has(`${waiting}.${name}`) ? `${waiting}.${name}` : name, name));
      return facts;
    });
  }

  async swap(request: RestoreRequest): Promise<void> {
    const { waiting, before } = this.places(request);
    await this.on(async (db) => {
      if (!(await names(db)).has(waiting)) throw new Error(`restore ${request.id} was not prepared: ${this.database} has no collection ${waiting}`);
      const notes = await notesIn(db, waiting).find().toArray();
      const planned = new Set(notes.map(({ _id }) => _id));
      if (!(await names(db)).has(before)) await db.createCollection(before);
      for (const { name, type, options } of await described(db)) {
        if (type === "view" && (request.tables === undefined || planned.has(name))) {
          await notesIn(db, before).updateOne({ _id: name }, { $setOnInsert: { view: options } }, { upsert: true });
          await db.dropCollection(name);
        } else if (type !== "view" && request.tables === undefined && !planned.has(name)) await rename(db, name, `${before}.${name}`);
      }
      for (const { _id: name, view } of notes) {
        const present = await names(db);
        if (view !== undefined || !present.has(`${waiting}.${name}`)) continue;
        if (present.has(name)) await rename(db, name, `${before}.${name}`);
        await rename(db, `${waiting}.${name}`, name);
      }
      await makeViews(db, notes.flatMap(({ _id: name, view }) => (view === undefined ? [] : [{ name, options: view }])));
    });
  }

  async revert(request: RestoreRequest): Promise<void> {
    const { waiting, before } = this.places(request);
    await this.on(async (db) => {
      const first = await names(db);
      if (!started(first, before)) return;
      const notes = first.has(waiting) ? await notesIn(db, waiting).find().toArray() : [];
      for (const { _id: name, view } of notes) {
        const present = await names(db);
        if (view !== undefined && present.has(name)) await db.dropCollection(name);
        else if (view === undefined && present.has(name) && !present.has(`${waiting}.${name}`)) await rename(db, name, `${waiting}.${name}`);
      }
      for (const name of await names(db)) {
        if (name.startsWith(`${before}.`)) await rename(db, name, name.slice(before.length + 1));
      }
      const views = await notesIn(db, before).find().toArray();
      await makeViews(db, views.map(({ _id: name, view }) => ({ name, options: view ?? {} })));
      await db.dropCollection(before);
    });
  }

  async clean(request: RestoreRequest): Promise<void> {
    const { waiting, before } = this.places(request);
    await this.on(async (db) => {
      await drop(db, waiting);
      await drop(db, before);
    });
  }

  private places({ id }: RestoreRequest): { readonly waiting: string; readonly before: string } {
    return { waiting: `stackbook_restore_${shortId(id)}`, before: `stackbook_before_${shortId(id)}` };
  }

  private on<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return connected(this.server, this.database, work);
  }
}

/** The request's collections by their names in the manifest; undefined: all. */
function chosen(facts: readonly TableFact[], { tables }: RestoreRequest): ReadonlySet<string> | undefined {
  if (tables === undefined) return undefined;
  const known = facts.map(({ name }) => name);
  const missing = tables.filter((name) => !known.includes(name));
  if (missing.length > 0) throw new RefusedError(`the backup has no collection ${missing.join(", ")}`, [`it has ${known.join(", ") || "none"}`]);
  return new Set(tables);
}

/** Options come as the driver reads them; a note must not be translated on its way. */
function notesIn(db: Db, collection: string): Collection<Note> {
  return db.collection<Note>(collection, { promoteValues: false });
}

const started = (present: ReadonlySet<string>, before: string): boolean => present.has(before) || [...present].some((name) => name.startsWith(`${before}.`));

async function rename(db: Db, from: string, to: string): Promise<void> {
  await db.admin().command({ renameCollection: `${db.databaseName}.${from}`, to: `${db.databaseName}.${to}` });
}

/** One may read another, so they are made in any order that works. */
async function makeViews(db: Db, views: readonly View[]): Promise<void> {
  const present = await names(db);
  for (const { name, options } of views) if (!present.has(name)) await db.command({ create: name, ...options });
}

async function drop(db: Db, place: string): Promise<void> {
  const present = [...(await names(db))];
  // The list of what belongs to it goes last, so that a cut leaves something to go by.
  for (const name of present.filter((one) => one.startsWith(`${place}.`))) await db.dropCollection(name);
  if (present.includes(place)) await db.dropCollection(place);
}
