import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";
import { close, listen } from "./http";

export const bucketName = "backups";
/** The only ones that s3rver knows; what they sign it reckons otherwise than Amazon where a query has slashes, so it may. */
export const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

const codes: Readonly<Record<number, string>> = { 403: "SignatureDoesNotMatch", 503: "SlowDown", 507: "QuotaExceeded" };

/**
 * A bucket on this machine, held to what platforms/aws/backupBucket.ts makes of a real one: what makes an object carries
 * `If-None-Match: *` and one tag, CopyObject can't be had, nothing is deleted. Faults on demand.
 */
export class Bucket {
  readonly requests: string[] = [];
  readonly tags = new Map<string, string>();
  mayDelete = false;
  /** Asked of each request: an answer in its place, or a connection that breaks. */
  fault: (method: string, url: string) => number | "break" | undefined = () => undefined;
  /** Bytes of an answer after which its connection breaks, once. */
  breakAnswerAfter = Infinity;
  private readonly server: Server;
  private readonly s3: S3rver;
  private listener: ReturnType<S3rver["callback"]> = () => undefined;

  constructor(private readonly directory: string) {
    this.s3 = new S3rver({ directory, silent: true, vhostBuckets: false, allowMismatchedSignatures: true, configureBuckets: [{ name: bucketName }] });
    this.server = createServer((message, answer) => this.serve(message, answer));
  }

  async start(host = "127.0.0.1"): Promise<number> {
    await this.s3.configureBuckets();
    this.listener = this.s3.callback();
    return listen(this.server, host);
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  private serve(message: IncomingMessage, answer: ServerResponse): void {
    const { method = "", url = "", headers } = message;
    const { pathname, searchParams } = new URL(url, "http://bucket");
    this.requests.push(`${method} ${url}`);
    const refuse = (status: number, code: string): void => void answer.writeHead(status, { "content-type": "application/xml", connection: "close" }).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    const fault = this.fault(method, url);
    if (fault === "break") return void message.socket.destroy();
    if (fault !== undefined) return refuse(fault, codes[fault] ?? "InternalError");
    const completes = method === "POST" && searchParams.has("uploadId");
    const puts = method === "PUT" && !searchParams.has("partNumber");
    if (puts && headers["x-amz-copy-source"] !== undefined) return refuse(403, "AccessDenied");
    if (completes || puts) {
      if (headers["if-none-match"] !== "*") return refuse(403, "AccessDenied");
      if (existsSync(join(this.directory, decodeURIComponent(pathname), "..", `${decodeURIComponent(pathname).split("/").pop() ?? ""}._S3rver_object`))) return refuse(412, "PreconditionFailed");
    }
    if (puts || (method === "POST" && searchParams.has("uploads"))) {
      const tag = String(headers["x-amz-tagging"]);
      if (tag !== "kind=manifest" && tag !== "kind=part") return refuse(403, "AccessDenied");
      this.tags.set(decodeURIComponent(pathname).slice(bucketName.length + 2), tag);
    }
    if (method === "DELETE" && !searchParams.has("uploadId") && !this.mayDelete) return refuse(403, "AccessDenied");
    if (method === "GET" && this.breakAnswerAfter !== Infinity && !searchParams.has("list-type")) this.breakLater(message, answer);
    // s3rver reads a condition of a put as one of a get.
    if (completes || puts) delete message.headers["if-none-match"];
    this.listener(message, answer);
  }

  private breakLater(message: IncomingMessage, answer: ServerResponse): void {
    let left = this.breakAnswerAfter;
    this.breakAnswerAfter = Infinity;
    const write = answer.write.bind(answer) as (chunk: Buffer) => boolean;
    answer.write = ((chunk: Buffer): boolean => {
      left -= chunk.length;
      if (left >= 0) return write(chunk);
      message.socket.destroy();
      return false;
    }) as typeof answer.write;
  }
}
