import { randomUUID } from "node:crypto";
import { MongoClient, MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError, type Collection, type Db } from "mongodb";
import { describeError } from "../log";
import { newRow, visible } from "./rows";
import {
  ConflictError, UnavailableError,
  type Database, type Migration, type MigrationStep, type Page, type Row, type StoredRow, type TableSpec,
} from "./types";

type Document = Record<string, unknown> & { _id: string };

const namespaceExists = 48;
const duplicateKey = 11000;
/** A migration that died keeps its lock no longer than this; a living one renews it before each step. */
const lockSeconds = 60;

export class MongoDatabase implements Database {
  readonly engine = "mongodb";
  private readonly client: MongoClient;
  private readonly db: Db;
  private lockOwner: string | undefined;

  constructor(url: string, name: string, private readonly onError: () => void) {
    this.client = new MongoClient(url, {
      appName: name, maxPoolSize: 8, serverSelectionTimeoutMS: 2000, connectTimeoutMS: 2000, socketTimeoutMS: 12_000, monitorCommands: false,
    });
    this.db = this.client.db();
  }

  async ping(): Promise<void> {
    await this.run(() => this.db.command({ ping: 1 }, { timeoutMS: 2000 }));
  }

  async list(table: TableSpec, where: Row, page: Page): Promise<readonly StoredRow[]> {
    const cursor = this.rows(table).find(filter(table, where)).sort({ createdAt: -1, _id: 1 }).skip(page.offset).limit(page.limit);
    return (await this.run(() => cursor.toArray())).map(stored);
  }

  async find(table: TableSpec, where: Row): Promise<StoredRow | undefined> {
    const found = await this.run(() => this.rows(table).findOne(filter(table, where)));
    return found ? stored(found) : undefined;
  }

  async insert(table: TableSpec, row: Row): Promise<StoredRow> {
    const { id, ...columns } = newRow(table, row);
    const document: Document = { _id: id, ...columns };
    await this.run(() => this.rows(table).insertOne(document));
    return stored(document);
  }

  async update(table: TableSpec, id: string, change: Row): Promise<StoredRow | undefined> {
    const set = { $set: { ...change, updatedAt: new Date() } };
    const found = await this.run(() => this.rows(table).findOneAndUpdate(filter(table, { id }), set, { returnDocument: "after" }));
    return found ? stored(found) : undefined;
  }

  async remove(table: TableSpec, id: string): Promise<boolean> {
    if (table.softDelete) return (await this.update(table, id, { isDeleted: true })) !== undefined;
    return (await this.run(() => this.rows(table).deleteOne({ _id: id }))).deletedCount > 0;
  }

  async count(table: TableSpec, where: Row): Promise<number> {
    return this.run(() => this.rows(table).countDocuments(filter(table, where)));
  }

  async countSince(table: TableSpec, column: string, moment: Date): Promise<number> {
    return this.run(() => this.rows(table).countDocuments({ [column]: { $gt: moment } }));
  }

  /** MongoDB knows no advisory locks: a document with a date on it does the same. */
  async withMigrationLock<T>(waitSeconds: number, work: () => Promise<T>): Promise<T> {
    const owner = randomUUID();
    const end = Date.now() + waitSeconds * 1000;
    while (!(await this.takeLock(owner))) {
      if (Date.now() > end) throw new UnavailableError(`another migration has held the lock for ${waitSeconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    this.lockOwner = owner;
    try {
      return await work();
    } finally {
      this.lockOwner = undefined;
      await this.locks().deleteOne({ _id: "migration", owner }).catch(() => undefined);
    }
  }

  async appliedMigrations(): Promise<ReadonlySet<string>> {
    const applied = await this.run(() => this.db.collection<Document>("schema_migrations").find().toArray());
    return new Set(applied.map((migration) => migration._id));
  }

  async applyMigration(migration: Migration): Promise<void> {
    for (const step of migration.steps) {
      if (this.lockOwner) await this.renewLock(this.lockOwner);
      await this.run(() => this.applyStep(step));
    }
    await this.run(() => this.db.collection<Document>("schema_migrations").insertOne({ _id: migration.id, appliedAt: new Date() }));
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private async applyStep(step: MigrationStep): Promise<void> {
    if (step.kind === "index") {
      const keys = Object.fromEntries(step.columns.map((column) => [column, 1 as const]));
      await this.db.collection(step.table).createIndex(keys, { unique: step.unique });
      return;
    }
    try {
      await this.db.createCollection(step.table.name);
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== namespaceExists) throw error;
    }
  }

  private async takeLock(owner: string): Promise<boolean> {
    try {
      await this.locks().insertOne({ _id: "migration", owner, expiresAt: expiry() });
      return true;
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw translate(error);
    }
    // Someone holds it; take it over only when its date has passed.
    const stale = { _id: "migration", expiresAt: { $lt: new Date() } };
    return (await this.run(() => this.locks().updateOne(stale, { $set: { owner, expiresAt: expiry() } }))).modifiedCount === 1;
  }

  private async renewLock(owner: string): Promise<void> {
    const mine = await this.run(() => this.locks().updateOne({ _id: "migration", owner }, { $set: { expiresAt: expiry() } }));
    if (mine.matchedCount !== 1) throw new UnavailableError("the migration lock was lost to another migration");
  }

  private locks(): Collection<Document> {
    return this.db.collection<Document>("schema_locks");
  }

  private rows(table: TableSpec): Collection<Document> {
    return this.db.collection<Document>(table.name);
  }

  private async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const translated = translate(error);
      if (!(translated instanceof ConflictError)) this.onError();
      throw translated;
    }
  }
}

function expiry(): Date {
  return new Date(Date.now() + lockSeconds * 1000);
}

function filter(table: TableSpec, where: Row): Record<string, unknown> & { _id?: string } {
  const { id, ...rest } = visible(table, where);
  return typeof id === "string" ? { _id: id, ...rest } : rest;
}

function stored(document: Record<string, unknown> & { _id: string }): StoredRow {
  const { _id, ...columns } = document;
  return { id: _id, ...columns };
}

/** 13 and 18: not allowed, wrong password; 91, 11600, 189, 10107: shutting down or not primary. */
function translate(error: unknown): unknown {
  if (error instanceof MongoServerError && error.code === duplicateKey) return new ConflictError("a row with this key exists already");
  const refused = error instanceof MongoServerError && [13, 18, 91, 189, 10107, 11600].includes(Number(error.code));
  const lost = error instanceof MongoNetworkError || error instanceof MongoServerSelectionError
    || (error instanceof MongoError && /timed? ?out|closed/i.test(error.message));
  return refused || lost ? new UnavailableError(`MongoDB: ${describeError(error)}`, { cause: error }) : error;
}
