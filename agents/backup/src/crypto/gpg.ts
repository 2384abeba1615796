import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { keptOutput } from "../stream";

/**
 * `--no-options`: a user's gpg.conf changes nothing. AES-256 in a packet with integrity protection; the passphrase is
 * stretched as far as OpenPGP goes (65,011,712 bytes of SHA-512), and with the count given no gpg-agent is started.
 * Not compressed: dumps are, and what a table compresses to would tell of it.
 */
const common = ["--batch", "--no-tty", "--quiet", "--no-options", "--pinentry-mode", "loopback"];
export const longestStretch = 65_011_712;
export const encryptSymmetric = (stretch: number): readonly string[] => [
  ...common, "--no-autostart", "--no-symkey-cache", "--cipher-algo", "AES256", "--s2k-cipher-algo", "AES256", "--s2k-digest-algo", "SHA512",
  "--s2k-mode", "3", "--s2k-count", String(stretch), "--compress-algo", "none", "--symmetric", "--output", "-",
];
export const decryptSymmetric: readonly string[] = [...common, "--no-autostart", "--no-symkey-cache", "--decrypt", "--output", "-"];
export const decryptPrivate: readonly string[] = [...common, "--decrypt", "--output", "-"];
export const importKey: readonly string[] = [...common, "--import"];
export const encryptTo = (fingerprint: string): readonly string[] =>
  [...common, "--no-autostart", "--trust-model", "always", "--cipher-algo", "AES256", "--compress-algo", "none", "--recipient", fingerprint, "--encrypt", "--output", "-"];

export class GpgError extends Error {
  override readonly name = "GpgError";
}

interface Call {
  readonly home: string;
  readonly args: readonly string[];
  /** Handed over through file descriptor 3: neither a command line nor an environment ever has it. */
  readonly passphrase?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What gpg makes of the stream; ends with an error when gpg fails or `input` does, never early. Nothing is held but
 * what is in the pipes.
 */
export function throughGpg(input: Readable, call: Call): Readable {
  const child = start(call);
  const said = collect(child.stderr as Readable);
  const written = keptOutput(child.stdout as Readable);
  const ended = once(child, "close").then(([code]: unknown[]) => code as number | null);
  // Asked for once the output is read, which may be never.
  for (const late of [said, ended]) late.catch(() => undefined);
  let inputError: Error | undefined;
  input.once("error", (error) => (inputError = error));
  // gpg that gives up closes its end: what it says counts then, not the broken pipe.
  const fed = pipeline(input, child.stdin as NodeJS.WritableStream).catch(() => undefined);

  async function* output(): AsyncGenerator<Buffer> {
    for await (const chunk of written as AsyncIterable<Buffer>) yield chunk;
    await fed;
    const code = await ended;
    if (inputError !== undefined) throw inputError;
    call.signal?.throwIfAborted();
    if (code !== 0) throw new GpgError(explain(await said, code));
  }
  const result = Readable.from(output(), { objectMode: false });
  // Also when nobody ever read from it.
  result.once("close", () => {
    input.destroy();
    written.destroy();
    child.kill("SIGKILL");
  });
  child.once("error", (error) => result.destroy(new GpgError(`gpg can't be started: ${error.message}`)));
  return result;
}

/** For what is small: importing a key. */
export async function callGpg(input: string, call: Call): Promise<void> {
  for await (const _ of throughGpg(Readable.from([Buffer.from(input)]), call));
}

function start({ home, args, passphrase, signal }: Call): ChildProcess {
  const withPassphrase = passphrase === undefined ? [] : ["--passphrase-fd", "3"];
  const child = spawn("gpg", ["--homedir", home, ...withPassphrase, ...args], {
    stdio: ["pipe", "pipe", "pipe", ...(passphrase === undefined ? [] : ["pipe" as const])],
    env: { PATH: process.env["PATH"], LC_ALL: "C" },
    ...(signal === undefined ? {} : { signal, killSignal: "SIGKILL" as const }),
  });
  const handOver = child.stdio[3] as NodeJS.WritableStream | undefined | null;
  if (passphrase !== undefined && handOver) {
    handOver.on("error", () => undefined);
    handOver.end(`${passphrase}\n`);
  }
  return child;
}

async function collect(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream as AsyncIterable<Buffer>) if (text.length < 4000) text += chunk.toString("utf8");
  return text;
}

function explain(said: string, code: number | null): string {
  const lines = said.split("\n").map((line) => line.replace(/^gpg: /, "").trim()).filter((line) => line !== "" && !/keybox|gpg-agent|WARNING: (unsafe|no command)/.test(line));
  return `gpg ended with ${code ?? "a signal"}: ${lines.slice(-3).join("; ") || "it said nothing"}`;
}
