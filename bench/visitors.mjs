import * as https from "node:https";
import { performance } from "node:perf_hooks";

/**
 * Visitors of one system who ask without pause, half of them with a new connection for each request. They trust the
 * stack's certificate and find the edge on this machine.
 * @param {{ host: string, port: number, ca: string, path: string, clients?: number }} options
 */
export function startVisitors({ host, port, ca, path, clients = 8 }) {
  const counted = { answers: 0, failed: 0, failures: {} };
  /** By version: when it last answered, in ms of `performance.now()`. */
  const last = new Map();
  let running = true;
  const visit = async (index) => {
    const agent = new https.Agent({ ca, keepAlive: index % 2 === 0, lookup: toThisMachine });
    while (running) {
      const outcome = await ask({ agent, host, port, path }).catch((error) => ({ failure: error.code ?? error.message }));
      counted.answers += 1;
      if (outcome.version !== undefined) last.set(outcome.version, performance.now());
      if (outcome.failure === undefined) continue;
      counted.failed += 1;
      counted.failures[outcome.failure] = (counted.failures[outcome.failure] ?? 0) + 1;
      // A refused connection costs nothing: without this one second of refusal would count for a thousand visitors.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    agent.destroy();
  };
  const all = Array.from({ length: clients }, (_, index) => visit(index));
  return {
    /** So far. */
    count: () => ({ answers: counted.answers, failed: counted.failed, failures: { ...counted.failures } }),
    lastAnswerOf: (version) => last.get(version),
    async stop() {
      running = false;
      await Promise.all(all);
    },
  };
}

/** What Node resolves no *.localhost to; browsers and curl do. */
function toThisMachine(_host, options, callback) {
  if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
}

function ask({ agent, host, port, path }) {
  return new Promise((resolve, reject) => {
    const request = https.request({ agent, host, port, path, headers: { host: `${host}:${port}` }, timeout: 20_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => (body += text)).on("error", reject);
      response.on("end", () => resolve(response.statusCode === 200 ? { version: /"version":\s*"([^"]+)"/.exec(body)?.[1] } : { failure: `status ${response.statusCode}` }));
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 20 s"))).on("error", reject).end();
  });
}
