import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { isMap, isNode, parseDocument, type Document } from "yaml";
import { Problem } from "./problem";

/** Keys from the top, without the namespace: ["systems", "motel", "version"]. */
export type KeyPath = readonly [string, ...string[]];

const sequence: KeyPath = ["sequence"];

/**
 * `Pulumi.<stack>.yaml`, edited as a person would: comments, order and secrets stay as they are. Nothing is written
 * before `save`.
 */
export class StackFile {
  private document: Document;
  private saved: string;

  /** @throws Problem when there is none, or it can't be read */
  constructor(readonly path: string) {
    if (!existsSync(path)) throw new Problem(`there is no ${path}`, [`Take ${basename(path)} from the repository; or get it from the stack itself: pulumi config refresh --stack ${stackOf(path)}`]);
    this.saved = readFileSync(path, "utf8");
    this.document = read(this.saved, path);
  }

  get(path: KeyPath): unknown {
    return plain(this.document.getIn(keys(path)));
  }

  /** Every `stackbook:` key with its plain value; secrets of other namespaces are left out. */
  all(): Readonly<Record<string, unknown>> {
    const config = plain(this.document.get("config"));
    return typeof config === "object" && config !== null ? (config as Record<string, unknown>) : {};
  }

  /** Takes a whole full key, `stackbook:systems`, or one of another namespace; undefined takes it out. */
  setKey(full: string, value: unknown): void {
    this.write(["config", full], value);
  }

  /** undefined takes the key out, and maps that are empty then. */
  set(path: KeyPath, value: unknown): void {
    this.write(keys(path), value);
  }

  /** 0: no command has made an update yet. */
  get sequence(): number {
    // `pulumi config set` writes it in quotes.
    const value = Number(this.get(sequence) ?? 0);
    return Number.isInteger(value) ? value : 0;
  }

  text(): string {
    return this.changed() ? this.document.toString({ lineWidth: 0, flowCollectionPadding: true }) : this.saved;
  }

  changed(): boolean {
    return this.document.toString() !== read(this.saved, this.path).toString();
  }

  /** Whole or not at all. */
  save(): void {
    const text = this.text();
    if (text === this.saved) return;
    // A link stays one: what it points to is written.
    const target = realpathSync(this.path);
    const beside = join(dirname(target), `.${basename(target)}.${process.pid}`);
    writeFileSync(beside, text, { mode: 0o644 });
    renameSync(beside, target);
    this.saved = text;
    this.document = read(text, this.path);
  }

  /** With a copy of what it would be, for a preview; the file itself stays. */
  async aside<T>(work: (path: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), "stackbook-preview-"));
    const copy = join(folder, basename(this.path));
    try {
      writeFileSync(copy, this.text(), { mode: 0o600 });
      return await work(copy);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** As it was, but for the number of the last update: that one happened. */
  putBack(text: string): void {
    const last = this.sequence;
    this.document = read(text, this.path);
    if (last > 0) this.set(sequence, last);
  }

  /** What is to be committed, by git; where the file is in none, that it is not. */
  async difference(): Promise<string> {
    const name = basename(this.path);
    const shown = await new Promise<string | undefined>((resolve) => {
      execFile("git", ["-C", dirname(this.path), "diff", "--no-color", "--", name], (error, out) => resolve(error === null ? out.trimEnd() : undefined));
    });
    return shown === undefined || shown === "" ? `  ${name} was rewritten; it is not in git, so keep it with care` : shown;
  }

  private write(path: readonly string[], value: unknown): void {
    if (value !== undefined) {
      // A map that was empty is written as nothing: `motel:`.
      for (let depth = 1; depth < path.length; depth++) {
        const at = path.slice(0, depth);
        if (this.document.getIn(at) === null || this.document.getIn(at) === undefined) this.document.setIn(at, this.document.createNode({}));
      }
      this.document.setIn(path, this.document.createNode(value));
      return;
    }
    if (!this.document.hasIn(path)) return;
    this.document.deleteIn(path);
    for (let depth = path.length - 1; depth > 1; depth--) {
      const holder = this.document.getIn(path.slice(0, depth));
      if (!isMap(holder) || holder.items.length > 0) return;
      // `motel: {}` says that motel runs; only what stood inside a system goes.
      if (depth <= 3 && path[1] === "stackbook:systems") return;
      this.document.deleteIn(path.slice(0, depth));
    }
  }
}

function keys([first, ...rest]: KeyPath): string[] {
  return ["config", `stackbook:${first}`, ...rest];
}

function read(text: string, path: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new Problem(`${path} is no YAML: ${error.message.split("\n")[0] ?? ""}`, ["Put it right, or take the last good one: git checkout -- " + basename(path)]);
  return document;
}

/** YAML's nodes as JavaScript has them. */
function plain(node: unknown): unknown {
  return isNode(node) ? (node.toJSON() as unknown) : node;
}

function stackOf(path: string): string {
  return basename(path).replace(/^Pulumi\.|\.yaml$/g, "");
}
