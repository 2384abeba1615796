import type { RecoveryOutput } from "../../backups/outputs";
import { systemsWithBackups } from "../backupAgent";
import { readCheckpoint, secretsOnly } from "../backups/checkpoint";
import { addressOf, type Kit } from "../backups/kit";
import { red } from "../backups/texts";
import { Problem } from "../problem";
import type { Stack } from "../stack";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

/** B8: what an operator keeps apart, without which no backup can be opened. */
export const recoveryKit: CommandModule = {
  define(command, run) {
    command.action(run<GlobalOptions>(show));
  },
};

async function show(options: GlobalOptions, context: Context): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  systemsWithBackups(stack);
  const kit = await makeKit(stack, context);
  if (options.json === true) context.say(red(dangers.join("\n"), { isTTY: process.stderr.isTTY }));
  return { text: describe(kit), json: kit };
}

const dangers = [
  "Whoever has this can read every backup and every secret of the stack.",
  "Whoever needs it and hasn't got it has lost the backups: nobody can open them without it, us included.",
  "Keep it in a password manager or on paper, in two places; never beside the backups, in a repository or in a chat.",
];

async function makeKit(stack: Stack, context: Context): Promise<Kit> {
  const [outputs, state] = await Promise.all([stack.cli.run(["stack", "output", "--json", "--show-secrets"]), stack.cli.run(["stack", "export"])]);
  const { recovery } = JSON.parse(outputs) as { readonly recovery?: RecoveryOutput };
  const checkpoint = readCheckpoint(state);
  if (recovery === undefined || checkpoint === undefined) throw new Problem(`the stack ${stack.name} tells nothing about its keys`, ["Bring it up once more with this version of the program: pulumi up (dev: npm start)"]);
  const stackFile = context.stackFile(stack.name);
  const { type = "passphrase", state: provider } = checkpoint.deployment.secrets_providers ?? {};
  const passphrase = type === "passphrase" ? stack.cli.passphrase() : undefined;
  return {
    format: 1, stack: stack.name, madeAt: context.now().toISOString(), local: stack.cli.local,
    secrets: { type, ...(passphrase === undefined ? {} : { passphrase }), ...(provider === undefined ? {} : { state: provider }) },
    encryption: recovery.encryption,
    stores: Object.fromEntries(Object.entries(stack.outputs.backups ?? {}).map(([system, { stores }]) => [system, stores])),
    storeCredentials: recovery.storeCredentials,
    checkpoint: { ...secretsOnly(checkpoint), ...(stackFile === undefined ? {} : { stackFile }) },
  };
}

function describe({ stack, madeAt, secrets, encryption, stores, storeCredentials }: Kit): string {
  return [
    `RECOVERY KIT of the stack ${stack}, ${madeAt.slice(0, 10)}`,
    ...dangers.map((line) => red(line)),
    "",
    ...keyLines(encryption),
    "",
    `Passphrase of the stack's secrets: ${secrets.passphrase ?? (secrets.type === "passphrase" ? "in PULUMI_CONFIG_PASSPHRASE, which is not set here" : `none; they are encrypted by ${secrets.type}`)}`,
    "",
    "Where backups lie:",
    ...Object.entries(stores).flatMap(([system, all]) => all.map((store) => {
      const volume = store.kind === "directory" && store.host?.kind === "volume";
      return `  ${system.padEnd(6)} ${store.name.padEnd(10)} ${addressOf(store)}${volume ? red("  <- is lost with that host: add a second store") : ""}`;
    })),
    ...Object.entries(storeCredentials).map(([name, { accessKeyId, secretAccessKey }]) => `  keys of ${name}: ${accessKeyId} ${secretAccessKey}`),
    "",
    "As a file, which brings everything back by itself (it has the stack's generated secrets too, encrypted by the passphrase):",
    `  (umask 077; npx stackbook recovery-kit --stack ${stack} --json > kit.json)`,
    `  on another machine, in a clone of this repository: npx stackbook recover --kit kit.json`,
    "Without Stackbook, by gpg and the databases' own tools: docs/backups.md, \"Plain recovery\".",
  ].join("\n");
}

function keyLines(encryption: Kit["encryption"]): string[] {
  if (encryption.kind === "publicKey") {
    return [`Backups are encrypted to your public key ${encryption.keyId}; only its private key, which is not here, opens them.`, ...Object.entries(encryption.signingPublicKeys).map(([id, pem]) => `Signed with ${id}:\n${pem.trim()}`)];
  }
  const { keys, keyId } = encryption;
  return ["Keys of the backups:", ...Object.entries(keys).map(([id, key]) => `  ${id.padEnd(10)} ${key}${id === keyId ? "  <- new backups" : "  (earlier backups)"}`)];
}
