import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Problem } from "./problem";
import { asProblem, pulumi, root, stackCli, type StackCli } from "./pulumi";

export interface NewStack {
  readonly name: string;
  /** How its secrets are encrypted. */
  readonly secrets: { readonly type: string; readonly passphrase?: string; readonly state?: unknown };
  /** Set up this machine and this clone as `npm start` does, where no backend is named. */
  readonly local: boolean;
  /** For Pulumi.<stack>.yaml, where this clone has none. */
  readonly stackFile: string | undefined;
  readonly systems: readonly string[];
}

/** A stack that is not there yet, on this machine: tools, passphrase, stack file, empty state. */
export async function createStack(wanted: NewStack, env: NodeJS.ProcessEnv, say: (line: string) => void, clone = root): Promise<StackCli> {
  const { name, secrets } = wanted;
  const isLocal = wanted.local && env["PULUMI_BACKEND_URL"] === undefined;
  if (isLocal) takePassphrase(secrets.passphrase, clone);
  takeStackFile(wanted, say, clone);
  const own = isLocal ? await setUpClone(wanted, say) : { ...env, ...(secrets.passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: secrets.passphrase }) };
  const known = JSON.parse(await pulumi(["stack", "ls", "--json"], own)) as readonly { readonly name: string; readonly resourceCount?: number }[];
  const existing = known.find((stack) => stack.name === name);
  if ((existing?.resourceCount ?? 0) > 0) {
    throw new Problem(`the stack ${name} exists already, with ${existing?.resourceCount ?? 0} resources: recover is for a stack that is gone`, [
      `Is it only its data that is wrong? npx stackbook restore latest --stack ${name}`,
      `Was a recovery cut off? Go on with: pulumi up --stack ${name}; the stack file names what is still to be restored.`,
      `Is its host gone, and only this record left? pulumi stack rm --force --preserve-config ${name}, then recover again.`,
    ]);
  }
  if (existing === undefined) await pulumi(["stack", "init", name, ...(secrets.type === "passphrase" ? [] : ["--secrets-provider", providerUrl(secrets)])], own);
  return stackCli(name, own, isLocal);
}

/** Key services keep their address in the state: `awskms://...`. */
function providerUrl({ type, state }: NewStack["secrets"]): string {
  if (type === "cloud" && typeof state === "object" && state !== null && "url" in state) return String(state.url);
  return "default";
}

/** Where `npm start` keeps it; another one there belongs to another stack, whose secrets it opens. */
function takePassphrase(passphrase: string | undefined, clone: string): void {
  const file = join(clone, ".stackbook", "passphrase");
  if (passphrase === undefined) throw new Problem("the recovery kit has no passphrase of the stack's secrets", ["Put it into the kit's `secrets.passphrase`."]);
  if (existsSync(file)) {
    if (readFileSync(file, "utf8").trim() === passphrase) return;
    throw new Problem(`this clone has a passphrase already, and it is another one than the kit's: ${file}`, ["Use a fresh clone of the repository for the recovery."]);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${passphrase}\n`, { mode: 0o600, flag: "wx" });
}

function takeStackFile({ name, stackFile }: NewStack, say: (line: string) => void, clone: string): void {
  const file = join(clone, `Pulumi.${name}.yaml`);
  if (existsSync(file)) return;
  if (stackFile === undefined) throw new Problem(`there is no ${file}, and no backup holds it either`, ["Take it from the repository, or write it: docs/configuration.md."]);
  writeFileSync(file, stackFile);
  say(`Pulumi.${name}.yaml was written as the newest backup has it.`);
}

/** Tools, engine, images: what `npm start` sees to before its update. */
async function setUpClone({ name, systems }: NewStack, say: (line: string) => void): Promise<NodeJS.ProcessEnv> {
  const [{ setUp }, { survey }, { Say }, { paths }] = await Promise.all([import("../setup/tools/setup.mjs"), import("../setup/tools/survey.mjs"), import("../setup/base/say.mjs"), import("../setup/base/paths.mjs")]);
  mkdirSync(paths.state, { recursive: true });
  try {
    const { env } = await setUp(await survey({ stack: name, systems }), new Say({ write: (text) => say(text.replace(/\n$/, "")) }), { yes: true });
    return env;
  } catch (error) {
    throw asProblem(error);
  }
}
