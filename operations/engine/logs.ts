import type { Readable } from "node:stream";
import type Docker from "dockerode";
import type { LogLine, LogOptions } from "./engine";

export async function logs(docker: Docker, container: string, options: LogOptions, onLine: (line: LogLine) => void): Promise<void> {
  const { follow = false, signal, since, tail, until } = options;
  if (signal?.aborted === true) return;
  const handle = docker.getContainer(container);
  const { Config } = await handle.inspect();
  const asked = {
    stdout: true, stderr: true, timestamps: true,
    ...(since === undefined ? {} : { since: seconds(since) }),
    ...(until === undefined ? {} : { until: seconds(until) }),
    ...(tail === undefined ? {} : { tail }),
  };
  const split = new LogSplitter(Config.Tty ? "plain" : "framed", onLine);
  if (!follow) {
    split.take(await handle.logs({ ...asked, follow: false }));
    return split.end();
  }
  // It is a stream with `follow`, whatever its type says.
  const stream = (await handle.logs({ ...asked, follow: true })) as unknown as Readable;
  const stop = (): void => void stream.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      stream.on("data", (chunk: Buffer) => split.take(chunk)).once("end", resolve).once("close", resolve);
      stream.once("error", (error) => (signal?.aborted === true ? resolve() : reject(error)));
    });
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  split.end();
}

/** The engine takes seconds with decimals. */
function seconds(time: Date): number {
  return time.getTime() / 1000;
}

const headBytes = 8;
const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) /;

/**
 * Makes lines of what the engine sends. Each message has a time before it, and a line of more than 16 KiB is several
 * messages: only the last of them ends with a new line, and the times between them are no part of it.
 */
export class LogSplitter {
  private rest: Buffer = Buffer.alloc(0);
  private readonly open: Record<LogLine["stream"], { at: string; text: string } | undefined> = { out: undefined, err: undefined };

  constructor(
    private readonly kind: "framed" | "plain",
    private readonly onLine: (line: LogLine) => void,
  ) {}

  take(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    if (this.kind === "framed") this.takeFrames();
    else this.takeLines();
  }

  /** What is left of a line that had no end. */
  end(): void {
    if (this.kind === "plain" && this.rest.length > 0) this.message("out", this.rest.toString("utf8"));
    for (const stream of ["out", "err"] as const) this.tell(stream);
  }

  private takeFrames(): void {
    while (this.rest.length >= headBytes) {
      const bytes = this.rest.readUInt32BE(4);
      if (this.rest.length < headBytes + bytes) return;
      const stream = this.rest[0] === 2 ? "err" : "out";
      this.message(stream, this.rest.subarray(headBytes, headBytes + bytes).toString("utf8"));
      this.rest = this.rest.subarray(headBytes + bytes);
    }
  }

  private takeLines(): void {
    for (let end = this.rest.indexOf(10); end >= 0; end = this.rest.indexOf(10)) {
      this.message("out", this.rest.subarray(0, end + 1).toString("utf8"));
      this.rest = this.rest.subarray(end + 1);
    }
  }

  private message(stream: LogLine["stream"], text: string): void {
    const at = stamp.exec(text)?.[1];
    const said = at === undefined ? text : text.slice(at.length + 1);
    const before = this.open[stream];
    this.open[stream] = { at: before?.at ?? at ?? "", text: (before?.text ?? "") + said };
    if (said.endsWith("\n")) this.tell(stream);
  }

  private tell(stream: LogLine["stream"]): void {
    const line = this.open[stream];
    this.open[stream] = undefined;
    if (line !== undefined) this.onLine({ at: line.at, stream, text: line.text.replace(/\r?\n$/, "") });
  }
}
