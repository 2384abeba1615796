import { smokeLoginSecret } from "../../systems";
import { mayBeClosed, passCookies } from "../maintenance/pass";
import { Problem } from "../problem";
import type { SmokeSetting } from "../smoke";
import type { Stack } from "../stack";
import { siteOf } from "../visitor";

/** How flows are asked: where, and as whom. */
export async function smokeSetting(stack: Stack, system: string): Promise<SmokeSetting> {
  const site = siteOf(stack, system);
  if (site === undefined) throw new Problem(`the stack ${stack.name} does not say how ${system} is reached`, ["It is older than this command: `pulumi up` makes it say so."]);
  const login = await loginOf(stack, system);
  // A deploy in a maintenance window is tried as operators do.
  const cookies = mayBeClosed(stack, system, new Date(), passSeconds) ? await passCookies(stack, system, passSeconds, "stackbook", new Date()) : undefined;
  return { site, ...(login === undefined ? {} : { login }), ...(cookies === undefined ? {} : { cookies }) };
}

/** Longer than any deploy takes. */
const passSeconds = 12 * 3600;

/** The stack secret; in dev, where rows are made up, the first login of the demo. */
async function loginOf({ cli, outputs, settings }: Stack, system: string): Promise<SmokeSetting["login"]> {
  const key = `${system}:${smokeLoginSecret}`;
  if (settings?.[key] !== undefined) {
    const [, email = "", password = ""] = /^([^:]+):(.*)$/s.exec((await cli.run(["config", "get", key])).trim()) ?? [];
    return { email, password };
  }
  if (outputs.environment !== "dev") return undefined;
  const { credentials } = JSON.parse(await cli.run(["stack", "output", "--json", "--show-secrets"])) as { readonly credentials?: Readonly<Record<string, { readonly login?: SmokeSetting["login"] }>> };
  return credentials?.[system]?.login;
}
