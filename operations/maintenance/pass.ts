import { fromGo } from "../../config/instants";
import { passCookie, passPath, signPass } from "../../config/passes";
import { Problem } from "../problem";
import type { Stack } from "../stack";

/** Signed with the stack's own key, which is read for this and goes nowhere else. */
export interface SignedPass {
  readonly cookie: { readonly name: string; readonly value: string };
  readonly until: Date;
}

/** @param system its id, or all */
export async function makePass(stack: Pick<Stack, "cli" | "name">, system: string, seconds: number, who: string, now: Date): Promise<SignedPass> {
  const outputs = JSON.parse(await stack.cli.run(["stack", "output", "--json", "--show-secrets"])) as { readonly credentials?: { readonly edge?: { readonly passKey?: string } } };
  const key = outputs.credentials?.edge?.passKey;
  if (key === undefined) throw new Problem(`the stack ${stack.name} has no key for passes`, ["It is older than this command: `pulumi up` makes one."]);
  const made = Math.floor(now.getTime() / 1000);
  return { cookie: { name: passCookie, value: signPass({ system, who, made, until: made + seconds }, key) }, until: new Date((made + seconds) * 1000) };
}

/** Where a browser takes the pass. */
export function passLink(origin: string, { cookie }: SignedPass): string {
  return `${origin}${passPath}?pass=${cookie.value}`;
}

/** For requests of commands that must get through while a system is closed. */
export async function passCookies(stack: Pick<Stack, "cli" | "name">, system: string, seconds: number, who: string, now: Date): Promise<Readonly<Record<string, string>>> {
  const { cookie } = await makePass(stack, system, seconds, who, now);
  return { [cookie.name]: cookie.value };
}

/** Visitors are turned away now, or may be within this time: own windows of the system, and those of all. */
export function mayBeClosed({ settings = {} }: Pick<Stack, "settings">, system: string, now: Date, withinSeconds: number): boolean {
  const until = new Date(now.getTime() + withinSeconds * 1000);
  const systems = read(settings["stackbook:systems"]?.value);
  const own: unknown = isMap(systems) && isMap(systems[system]) ? systems[system]["maintenance"] : undefined;
  return [read(settings["stackbook:maintenance"]?.value), own].some((list) => Array.isArray(list) && list.some((window) => isMap(window) && !(after(window["from"], until) || before(window["until"], now))));
}

function read(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : (JSON.parse(json) as unknown);
  } catch {
    return undefined;
  }
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
// As Go prints times that stand in a stack file without quotes.
const moment = (value: unknown): number => (typeof value === "string" ? Date.parse(String(fromGo(value))) : NaN);
const after = (value: unknown, than: Date): boolean => moment(value) > than.getTime();
const before = (value: unknown, than: Date): boolean => moment(value) <= than.getTime();
