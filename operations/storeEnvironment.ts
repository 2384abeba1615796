import type { Stack } from "./stack";

/** Counters of what is in the environment of a system's stores. */
const counters = ["databaseAdminPassword", "cachePassword"] as const;

/**
 * What opens a system's stores now, by the names that their own containers have it under. There it is what they were made
 * with, and stays so when it is exchanged (`stackbook rotate`): who works in such a container gets this over it. Nothing
 * where nothing was exchanged, so that nobody waits for secrets without need.
 */
export async function storeEnvironment(stack: Pick<Stack, "cli" | "settings">, system: string): Promise<Readonly<Record<string, string>>> {
  if (!wasExchanged(stack, system)) return {};
  const credentials = JSON.parse(await stack.cli.run(["stack", "output", "credentials", "--json", "--show-secrets"])) as Readonly<Record<string, { readonly databaseAdminPassword?: string; readonly cachePassword?: string }>>;
  const { cachePassword, databaseAdminPassword } = credentials[system] ?? {};
  return {
    ...(databaseAdminPassword === undefined ? {} : { POSTGRES_PASSWORD: databaseAdminPassword, MONGO_INITDB_ROOT_PASSWORD: databaseAdminPassword }),
    ...(cachePassword === undefined ? {} : { REDIS_PASSWORD: cachePassword, REDISCLI_AUTH: cachePassword }),
  };
}

function wasExchanged({ settings }: Pick<Stack, "settings">, system: string): boolean {
  const systems = JSON.parse(settings?.["stackbook:systems"]?.value ?? "{}") as Readonly<Record<string, { readonly rotations?: Readonly<Record<string, unknown>> } | null>>;
  return counters.some((name) => Number(systems[system]?.rotations?.[name] ?? 0) > 0);
}
