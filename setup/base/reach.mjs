import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { isIP } from "node:net";
import { connect as tlsConnect } from "node:tls";

/** The hosts of the normal way; when they don't answer, airgap/ builds the same from packages. */
export const hosts = {
  pulumi: "https://get.pulumi.com/",
  docker: "https://registry-1.docker.io/v2/",
};

/**
 * Which of the normal way's hosts answer, asked side by side, decided within the time-out.
 * @param {{ force?: "online" | "offline", env?: NodeJS.ProcessEnv, ask?: typeof answers, timeoutSeconds?: number }} [options]
 * @returns {Promise<Record<keyof typeof hosts, { reached: boolean, why: string }>>}
 */
export async function reachability({ force, env = process.env, ask = answers, timeoutSeconds = 3 } = {}) {
  const entries = await Promise.all(
    Object.entries(hosts).map(async ([name, url]) => {
      if (force !== undefined) return [name, { reached: force === "online", why: `--${force}` }];
      const host = new URL(url).hostname;
      try {
        await ask(url, { env, timeoutSeconds });
        return [name, { reached: true, why: `${host} answers` }];
      } catch (error) {
        return [name, { reached: false, why: `${host} not reached: ${reason(error, timeoutSeconds)}` }];
      }
    }),
  );
  return Object.fromEntries(entries);
}

function reason(error, timeoutSeconds) {
  const known = {
    ENOTFOUND: "its name is not known here",
    EAI_AGAIN: "no name server answers",
    ECONNREFUSED: "connection refused",
    ENETUNREACH: "no route to it",
    EHOSTUNREACH: "no route to it",
    ETIMEDOUT: `nothing within ${timeoutSeconds} s`,
  };
  return known[error?.code] ?? error?.message ?? String(error);
}

/** The proxy that the environment names for an address, as curl and npm read it. */
export function proxyFor(url, env = process.env) {
  const target = new URL(url);
  const excluded = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(",").map((part) => part.trim().toLowerCase()).filter((part) => part !== "");
  const host = target.hostname.toLowerCase();
  const skip = excluded.some((part) => {
    const suffix = part.replace(/^\*/, "").replace(/:\d+$/, "");
    return part === "*" || host === suffix || host.endsWith(suffix.startsWith(".") ? suffix : `.${suffix}`);
  });
  if (skip) return undefined;
  const scheme = target.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = env[scheme] || env[scheme.toLowerCase()] || env["ALL_PROXY"] || env["all_proxy"];
  if (!value) return undefined;
  return new URL(value.includes("://") ? value : `http://${value}`);
}

/**
 * Resolves when something that speaks for the host answers: any status but a refusal (403, 407, 451) or
 * a gateway's error. A registry's 401 is an answer.
 */
export function answers(url, { env = process.env, timeoutSeconds = 3 } = {}) {
  return new Promise((resolve, reject) => {
    const late = Object.assign(new Error(`nothing within ${timeoutSeconds} s`), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => fail(late), timeoutSeconds * 1000);
    let open;
    const fail = (error) => {
      clearTimeout(timer);
      open?.destroy();
      reject(error);
    };
    const judge = (response) => {
      clearTimeout(timer);
      response.destroy();
      const status = response.statusCode ?? 0;
      if (status >= 500 || [403, 407, 451].includes(status)) reject(new Error(`it answers ${status}`));
      else resolve(status);
    };
    const target = new URL(url);
    const proxy = proxyFor(url, env);
    const ask = target.protocol === "https:" ? tlsRequest : plainRequest;
    if (proxy === undefined) {
      open = ask(target, { method: "HEAD", agent: false }, judge).on("error", fail).end();
      return;
    }
    const port = target.port || (target.protocol === "https:" ? "443" : "80");
    const credentials = proxy.username === "" ? {} : { "proxy-authorization": `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString("base64")}` };
    const via = proxy.protocol === "https:" ? tlsRequest : plainRequest;
    open = via({ host: proxy.hostname, port: proxy.port || 3128, method: "CONNECT", path: `${target.hostname}:${port}`, headers: credentials })
      .on("connect", (response, socket) => {
        if (response.statusCode !== 200) return fail(new Error(`the proxy ${proxy.hostname} answers ${response.statusCode}`));
        const stream = target.protocol === "https:" ? tlsConnect({ socket, ...(isIP(target.hostname) ? {} : { servername: target.hostname }) }) : socket;
        stream.on("error", fail);
        open = plainRequest({ host: target.hostname, path: target.pathname, method: "HEAD", createConnection: () => stream }, judge).on("error", fail).end();
      })
      .on("error", fail)
      .end();
  });
}
