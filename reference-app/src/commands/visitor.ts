import type { Login } from "../settings";
import type { System } from "../systems/types";
import type { Client } from "./client";

/** Of 50 steps: 3 writes (or changes), 1 call of a deprecated route where there is one, the others reads. */
const cycle = 50;

/** Rarer: MemoApp's runbook allows 1 % of answers to be 4xx, and a demo that alerts of itself teaches to look away. */
const failedLoginEvery = 250;

/** What visitors of a system do, one request (or short sequence) a step. */
export class Visitor {
  private token: string | undefined;

  constructor(
    private readonly system: System,
    private readonly client: Pick<Client, "send">,
    private readonly login: Login | undefined,
    private readonly name: string,
  ) {}

  async step(n: number): Promise<void> {
    const { table } = this.system.showcase;
    const at = n % cycle;
    const [deprecated] = Object.keys(this.system.deprecated ?? {});
    if (n % failedLoginEvery === 7) await this.failLogin(n);
    else if (at === 22 && deprecated !== undefined) await this.client.send("GET", deprecated);
    else if (at % 16 === 3) await this.write(n);
    else if (at % 5 === 0) await this.client.send("GET", "/");
    else if (at % 5 === 1) await this.client.send("GET", "/api/health");
    else if (at % 5 === 4) await this.readOne(table);
    else await this.client.send("GET", `/api/${table}`);
  }

  /** A user that never existed, another each time: nobody's counter of failures gets full. */
  private async failLogin(n: number): Promise<void> {
    await this.client.send("POST", "/api/auth/login", { email: `nobody-${this.name}-${n}@example.org`, password: "not the password" });
  }

  private async readOne(table: string): Promise<void> {
    const first = await this.firstRow(table);
    if (first) await this.client.send("GET", `/api/${table}/${first.id}`);
  }

  /** Writes a row and takes it away again, so that a demo that runs for weeks does not grow. */
  private async write(n: number): Promise<void> {
    const token = await this.signIn();
    if (token === undefined) return;
    const { demoRows, showcase } = this.system;
    const demo = demoRows[Math.floor(n / 16) % Math.max(1, demoRows.length)];
    if (!demo) return this.touch(showcase.table, token);
    const made = await this.client.send("POST", `/api/${demo.table}`, demo.row(`${this.name}-${n}`), token);
    if (made.status === 401) this.token = undefined;
    const id = idOf(made.body);
    if (id !== undefined) await this.client.send("DELETE", `/api/${demo.table}/${id}`, undefined, token);
  }

  /** A change that changes nothing but the date. */
  private async touch(table: string, token: string): Promise<void> {
    const first = await this.firstRow(table);
    const column = this.system.showcase.columns[0];
    if (!first || column === undefined) return;
    const reply = await this.client.send("PATCH", `/api/${table}/${first.id}`, { [column]: first.row[column] }, token);
    if (reply.status === 401) this.token = undefined;
  }

  private async signIn(): Promise<string | undefined> {
    if (this.token !== undefined || !this.login) return this.token;
    const reply = await this.client.send("POST", "/api/auth/login", this.login);
    const token = isObject(reply.body) ? reply.body["token"] : undefined;
    this.token = typeof token === "string" ? token : undefined;
    return this.token;
  }

  private async firstRow(table: string): Promise<{ readonly id: string; readonly row: Readonly<Record<string, unknown>> } | undefined> {
    const { body } = await this.client.send("GET", `/api/${table}?limit=1`);
    const items: unknown = isObject(body) ? body["items"] : undefined;
    const row: unknown = Array.isArray(items) ? items[0] : undefined;
    const id = idOf(row);
    return id !== undefined && isObject(row) ? { id, row } : undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function idOf(value: unknown): string | undefined {
  return isObject(value) && typeof value["id"] === "string" ? value["id"] : undefined;
}
