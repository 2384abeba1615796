import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { containersOf, engine } from "../../support/engine";

/** What opens a system's stores, as `npm run -s credentials` shows it. */
export interface Logins {
  readonly database: { readonly name: string; readonly user: string; readonly password: string };
  readonly databaseAdminPassword: string;
  readonly cachePassword: string;
}

async function exec(stack: string, filter: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>, command: readonly string[]): Promise<string> {
  const [container] = (await containersOf(stack, filter)).filter(({ State }) => State === "running");
  const settings = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  return (await promisify(execFile)("docker", ["exec", ...settings, container?.Id ?? "", ...command])).stdout.trim();
}

/** Each login of a system as people would try it, from within its server's container. */
export class Doors {
  constructor(private readonly stack: string, private readonly system: string, private readonly kind: "postgres" | "mongodb") {}

  sql(user: string, password: string, database: string, statement: string): Promise<string> {
    return exec(this.stack, { system: this.system, role: "database" }, { PGPASSWORD: password }, ["psql", "-X", "-Atq", "-h", "127.0.0.1", "-U", user, "-d", database, "-c", statement]);
  }

  private database(user: string, password: string, database: string): Promise<string> {
    if (this.kind === "postgres") return this.sql(user, password, database, "select 1");
    return exec(this.stack, { system: this.system, role: "database" }, { HOME: "/tmp" }, ["mongosh", "--quiet", "--norc", `mongodb://${user}:${password}@127.0.0.1:27017/${database}`, "--eval", "db.runCommand({ ping: 1 }).ok"]);
  }

  private cache(password: string): Promise<string> {
    return exec(this.stack, { system: this.system, role: "cache" }, { REDISCLI_AUTH: password }, ["redis-cli", "ping"]);
  }

  private tries({ cachePassword, database, databaseAdminPassword }: Logins): Record<string, () => Promise<string>> {
    const [admin, place] = this.kind === "postgres" ? ["postgres", database.name] : ["root", "admin"];
    return {
      application: () => this.database(database.user, database.password, database.name),
      administrator: () => this.database(admin, databaseAdminPassword, place),
      redis: () => this.cache(cachePassword),
    };
  }

  async open(logins: Logins): Promise<void> {
    for (const [what, attempt] of Object.entries(this.tries(logins))) assert.match(await attempt(), /^(1|PONG)$/, what);
  }

  /** Refused as what it is, not for anything else. @param but what was not exchanged */
  async dead(logins: Logins, but: readonly ("application" | "administrator" | "redis")[] = []): Promise<void> {
    for (const [what, attempt] of Object.entries(this.tries(logins)).filter(([what]) => !but.includes(what as "redis"))) {
      const said = await attempt().catch((error: { readonly stderr?: string; readonly message: string }) => error.stderr ?? error.message);
      assert.match(said, /password authentication failed|is not permitted to log in|Authentication failed|NOAUTH|WRONGPASS/, what);
    }
  }
}

/** Id and start of a system's servers: the same as long as none was made or started anew. */
export async function serversOf(stack: string, system: string): Promise<readonly string[]> {
  const found = (await Promise.all(["database", "cache"].map((role) => containersOf(stack, { system, role })))).flat();
  return Promise.all(found.map(async ({ Id }) => `${Id} ${(await engine.getContainer(Id).inspect()).State.StartedAt}`));
}
