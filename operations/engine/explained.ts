import { Problem } from "../problem";

/** What the engine refused, in words that say what to do; anything unknown as it is. */
export function explained(error: unknown, address: string | undefined, container: string): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const status = statusOf(error);
  if (status === 404 && /network \S+ not found/i.test(error.message)) return new Problem(`the engine has no such network: ${error.message}`, ["`docker network ls` shows what there is."]);
  if (status === 404) return new Problem(`the engine has no container ${container}`, ["Run `pulumi up`, which makes it; `docker ps -a` shows what there is."]);
  if (status === 409) return new Problem(`${container} does not run`, [`Start it: docker start ${container}; its log: docker logs --tail 50 ${container}`]);
  return unreachable(error, address);
}

/** For what is about the engine and no one container. */
export function unreachable(error: unknown, address: string | undefined): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  if (!["ECONNREFUSED", "ENOENT", "EACCES", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH", "ECONNRESET"].includes(code)) return error;
  return new Problem(`the engine at ${address ?? "the local socket"} can't be reached (${code})`, ["Check that it runs and that you may use it: docker info", "stackbook:host or DOCKER_HOST says which engine."]);
}

export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : undefined;
}
