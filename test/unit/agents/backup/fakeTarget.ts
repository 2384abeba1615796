import type { Readable } from "node:stream";
import type { Manifest, PartName, TableFact } from "../../../../backups/manifest";
import type { RestoreRequest } from "../../../../backups/protocol";
import { RefusedError, type Target } from "../../../../agents/backup/src/sources/types";
import { factOf } from "./support";

export type Step = "check" | "prepare" | "facts" | "swap" | "revert" | "clean";

/** Live data as one text, swapped by name as a server does it; it fails or is cut off where the test says. */
export class FakeTarget implements Target {
  prepared: Buffer | undefined;
  aside: Buffer | undefined;
  readonly steps: Step[] = [];
  /** `after`: the step is done, and its caller never hears of it. */
  trouble: { readonly step: Step; readonly error: Error; readonly after?: boolean } | undefined;
  /** What a loader makes of the content. */
  load: (plain: Buffer) => Buffer = (plain) => plain;

  constructor(readonly part: PartName, public live: Buffer, readonly tables: readonly string[] = ["public.users"]) {}

  async check(manifest: Manifest): Promise<{ readonly replaces: readonly { readonly name: string; readonly rows: number }[] }> {
    return this.step("check", () => {
      if (manifest.versions[this.part] === "17.0") throw new RefusedError("the backup is of PostgreSQL 17.0, this server is 16.14");
      return { replaces: [{ name: `${this.part} live`, rows: this.live.length }] };
    });
  }

  async prepare(plain: Readable): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of plain as AsyncIterable<Buffer>) chunks.push(chunk);
    return this.step("prepare", () => void (this.prepared = this.load(Buffer.concat(chunks))));
  }

  facts({ tables }: RestoreRequest): Promise<readonly TableFact[]> {
    return this.step("facts", () => this.tables.filter((name) => tables === undefined || tables.includes(name)).map((name) => factOf(name, this.prepared ?? this.live)));
  }

  swap(): Promise<void> {
    return this.step("swap", () => {
      if (this.prepared === undefined) throw new Error(`${this.part}: nothing was prepared`);
      [this.aside, this.live, this.prepared] = [this.live, this.prepared, undefined];
    });
  }

  revert(): Promise<void> {
    return this.step("revert", () => {
      if (this.aside !== undefined) [this.live, this.aside] = [this.aside, undefined];
    });
  }

  clean(): Promise<void> {
    return this.step("clean", () => void ([this.aside, this.prepared] = [undefined, undefined]));
  }

  private step<T>(step: Step, work: () => T): Promise<T> {
    this.steps.push(step);
    const trouble = this.trouble?.step === step ? this.trouble : undefined;
    return new Promise((resolve) => {
      if (trouble !== undefined && trouble.after !== true) throw trouble.error;
      const result = work();
      if (trouble !== undefined) throw trouble.error;
      resolve(result);
    });
  }
}
