import { Duplex, PassThrough, Writable } from "node:stream";
import type Docker from "dockerode";
import { Problem } from "../problem";
import type { Ended, ExecOptions, Terminal } from "./engine";

const defaultTimeoutSeconds = 60;

export async function exec(docker: Docker, container: string, command: readonly string[], line: string, options: ExecOptions = {}): Promise<Ended> {
  const { env = {}, onProgress, timeoutSeconds = defaultTimeoutSeconds, user } = options;
  const handle = await docker.getContainer(container).exec({ Cmd: [...command], AttachStdin: true, AttachStdout: true, AttachStderr: true, ...(user === undefined ? {} : { User: user }), Env: settings(env) });
  const stream = await handle.start({ hijack: true, stdin: true });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  docker.modem.demuxStream(stream, into(out), into(err, onProgress));
  let late: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve, reject) => {
    late = setTimeout(() => {
      reject(new Problem(`${container} did not answer in ${timeoutSeconds} s`, [`Look at its log: docker logs --tail 50 ${container}`]));
      stream.destroy();
    }, timeoutSeconds * 1000);
    stream.once("error", reject).once("end", resolve).once("close", resolve);
  });
  stream.end(`${line}\n`);
  await ended.finally(() => clearTimeout(late));
  const { ExitCode: code } = await handle.inspect();
  return { code: code ?? 1, out: Buffer.concat(out).toString("utf8"), err: Buffer.concat(err).toString("utf8") };
}

const settings = (env: Readonly<Record<string, string>>): string[] => Object.entries(env).map(([name, value]) => `${name}=${value}`);

function into(chunks: Buffer[], onLine?: (line: string) => void): Writable {
  let rest = "";
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      if (onLine !== undefined) {
        const lines = (rest + chunk.toString("utf8")).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) onLine(line);
      }
      done();
    },
  });
}

/** As `docker exec -it`, or `-i` without a screen. */
export async function interact(docker: Docker, container: string, command: readonly string[], terminal: Terminal): Promise<number> {
  const { env = {}, errors, input, output, screen, user } = terminal;
  const tty = screen !== undefined;
  const handle = await docker.getContainer(container).exec({
    Cmd: [...command], AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: tty, ...(user === undefined ? {} : { User: user }),
    Env: settings({ ...(tty ? { TERM: process.env["TERM"] ?? "xterm" } : {}), ...env }),
  });
  const stream = await handle.start({ hijack: true, stdin: true, Tty: tty });
  let running = true;
  /** Refused while the command is not yet running, which is a while after the engine says that it started it. */
  const resize = async (): Promise<void> => {
    for (let attempt = 0; running && screen !== undefined && attempt < 50; attempt += 1) {
      const { columns, rows } = screen.size();
      const refused = await handle.resize({ h: rows, w: columns }).then(() => false, () => true);
      if (!refused) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  void resize();
  const stopListening = screen?.onResize(() => void resize());
  // With a terminal both streams are one; without, each message says which it is of.
  if (tty) stream.pipe(output, { end: false });
  else docker.modem.demuxStream(stream, output, errors);
  // Its end is the command's end of input.
  input.pipe(stream);
  try {
    await new Promise<void>((resolve, reject) => stream.once("error", reject).once("end", resolve).once("close", resolve));
  } finally {
    input.unpipe(stream).pause();
    stopListening?.();
    running = false;
  }
  return (await handle.inspect()).ExitCode ?? 1;
}

export async function tunnel(docker: Docker, container: string, command: readonly string[]): Promise<Duplex> {
  const handle = await docker.getContainer(container).exec({ Cmd: [...command], AttachStdin: true, AttachStdout: true, AttachStderr: true });
  const stream = await handle.start({ hijack: true, stdin: true });
  const out = new PassThrough();
  docker.modem.demuxStream(stream, out, new PassThrough().resume());
  stream.once("end", () => out.end()).once("close", () => out.end()).once("error", (error) => out.destroy(error));
  return Duplex.from({ readable: out, writable: stream });
}
