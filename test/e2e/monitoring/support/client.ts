import { Visitor, type Answer } from "../../support/http";

/** Somebody who works with one system: signs in, sends requests, pushes faults through the reference app. */
export class Worker {
  private readonly visitor: Visitor;
  private token: string | undefined;

  constructor(origin: string, ca: string, private readonly login: { readonly email: string; readonly password: string }) {
    this.visitor = new Visitor(origin, ca, true);
  }

  ask(path: string): Promise<Answer> {
    return this.visitor.ask(path);
  }

  async signIn(): Promise<Readonly<Record<string, string>>> {
    this.token ??= (await this.visitor.json<{ token: string }>("/api/auth/login", { json: this.login })).token;
    return { authorization: `Bearer ${this.token}` };
  }

  /** Other names each time: a name with too many failures is refused before it is looked at. */
  async failLogin(n: number): Promise<number> {
    return (await this.visitor.ask("/api/auth/login", { json: { email: `nobody-${n}@example.org`, password: "not the password" } })).status;
  }

  async write(path: string, row: object): Promise<void> {
    const { status, body } = await this.visitor.ask(path, { json: row, headers: await this.signIn() });
    if (status !== 201) throw new Error(`POST ${path} answered ${status}: ${body.slice(0, 300)}`);
  }

  async pushFault(fault: Readonly<Record<string, unknown>>): Promise<void> {
    const { status, body } = await this.visitor.ask("/api/demo/faults", { json: fault, headers: await this.signIn() });
    if (status !== 200) throw new Error(`the fault was refused with ${status}: ${body.slice(0, 300)}`);
  }

  async endFault(): Promise<void> {
    await this.visitor.ask("/api/demo/faults", { method: "DELETE", headers: await this.signIn() });
  }

  close(): void {
    this.visitor.close();
  }
}

/** Requests at a steady pace, whatever becomes of them, until told to stop. */
export function steadily(perSecond: number, request: (n: number) => Promise<unknown>): { stop(): Promise<number> } {
  const open = new Set<Promise<unknown>>();
  let n = 0;
  const timer = setInterval(() => {
    const one = request(n++).catch(() => undefined).finally(() => open.delete(one));
    open.add(one);
  }, 1000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      return n;
    },
  };
}
