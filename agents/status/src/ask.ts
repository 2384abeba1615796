import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";

export interface Question {
  readonly method?: "GET" | "POST";
  readonly type?: string;
  readonly body?: string;
  readonly timeoutMs: number;
}

/** Seven days of every alert of five systems are a few MiB; more is no answer to our questions. */
const longestAnswer = 64 * 1024 * 1024;

/** Node's own client: `fetch` would cost 20 MB of memory for two addresses nearby. */
export function ask(url: URL, { method = "GET", type, body = "", timeoutMs }: Question): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = body === "" ? {} : { "content-type": type ?? "application/json", "content-length": Buffer.byteLength(body) };
    const request = (url.protocol === "https:" ? overHttps : overHttp)(url, { method, headers, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > longestAnswer) answer.destroy(new Error(`the answer is longer than ${longestAnswer} bytes`));
        chunks.push(chunk);
      });
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }));
      answer.once("error", reject);
    });
    request.once("error", (error) => reject(error.name === "AbortError" ? new Error(`no answer in ${timeoutMs / 1000} s`) : error));
    request.end(body);
  });
}
