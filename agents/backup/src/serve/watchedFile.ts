import { readFileSync } from "node:fs";

/** A file that others exchange, where nobody may say so: on Kubernetes no signal reaches a container. */
export class WatchedFile {
  private known: string | undefined;

  constructor(private readonly path: string) {
    this.known = this.text();
  }

  /** Says it once of each change. */
  isOther(): boolean {
    const now = this.text();
    // Away for a moment while it is exchanged.
    if (now === undefined || now === this.known) return false;
    this.known = now;
    return true;
  }

  private text(): string | undefined {
    try {
      return readFileSync(this.path, "utf8");
    } catch {
      return undefined;
    }
  }
}
