import { existsSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { RulesInput } from "../alerts/types";
import type { BackupOutputs } from "../backups/outputs";
import type { ReleaseOutputs } from "../releases/record";
import type { Facts } from "../config/facts";
import type { Cluster } from "./kubernetes/kubectl";
import type { Region } from "./aws/refusals";
import { Problem } from "./problem";
import { pulumi, stackCli, type StackCli } from "./pulumi";
import { readState, type StackState } from "./state";

/** The part of a stack's outputs that operations read. */
export interface StackOutputs extends ReleaseOutputs {
  readonly environment?: string;
  readonly edge?: { readonly httpsPort: number; readonly container: string; /** The chain that the operator gave, PEM. */ readonly certificate?: string };
  /** Of the authority that the stack made for its own certificate, PEM; absent: a public one signs, or the operator gave one. */
  readonly caCertificate?: string;
  readonly systems?: Readonly<Record<string, { readonly title: string; readonly version: string; readonly enabled: boolean; readonly url: string; /** Prefixes that the edge routes. */ readonly paths?: readonly string[] }>>;
  /** Its configuration, as of its last update; absent: that was before there was such an output. */
  readonly facts?: Facts;
  readonly backups?: BackupOutputs;
  readonly monitoring?: {
    readonly status?: string | null;
    readonly prometheus?: string | null;
    readonly alertmanager?: string | null;
    readonly grafana?: string | null;
    readonly statusContainer?: string | null;
    readonly missing?: readonly { readonly part: string; readonly why: string }[];
    /** What its alerts are made from, thresholds and all. */
    readonly rules?: RulesInput;
  };
}

export interface Stack {
  readonly name: string;
  readonly outputs: StackOutputs;
  /** `unix://`, `tcp://` or `ssh://` address of its engine; undefined: DOCKER_HOST or the local socket. */
  readonly dockerHost: string | undefined;
  /** Its configuration, its state, its updates. */
  /** On Kubernetes. */
  readonly cluster?: Cluster;
  /** Where its platform is aws. */
  readonly aws?: Region;
  readonly cli: StackCli;
  /** As it was when the stack was opened; absent: nobody read it. */
  readonly state?: StackState;
  /** The stack file's settings, secret ones without their value; absent: nobody read them. */
  readonly settings?: Settings;
}

/** By full key, as the CLI prints them; maps and lists as JSON. */
export type Settings = Readonly<Record<string, { readonly value?: string; readonly secret?: boolean }>>;

/** Where a stack's containers are. */
export type Place = Pick<Stack, "name" | "dockerHost" | "cluster" | "aws">;

/** Without a look at its state, whose backend may be away or slow: what an emergency needs. @param stackFile its text, where there is one */
export async function locateStack(name: string | undefined, env: NodeJS.ProcessEnv, stackFile: (stack: string) => string | undefined): Promise<Place> {
  const { chosen, own } = await chooseStack(name, env);
  const text = stackFile(chosen);
  const config = text === undefined ? undefined : (parse(text) as { readonly config?: Readonly<Record<string, unknown>> } | null)?.config;
  return { name: chosen, dockerHost: hostOf(config?.["stackbook:host"], own), ...(await platformOf(chosen, config?.["stackbook:platform"], { kubernetes: config?.["stackbook:kubernetes"], aws: config?.["stackbook:aws"] })) };
}

function hostOf(given: unknown, env: NodeJS.ProcessEnv): string | undefined {
  return typeof given === "string" && given !== "local" ? given : env["DOCKER_HOST"];
}

/** What a stack says of itself, asked of the Pulumi CLI, which knows backends and passphrases. */
export async function openStack(name: string | undefined, env: NodeJS.ProcessEnv): Promise<Stack> {
  const { chosen, own } = await chooseStack(name, env);
  // Not `stack output`: it takes longer, as it opens secrets to hide them again.
  const [{ outputs, state }, settings] = await Promise.all([
    pulumi(["stack", "export", "--stack", chosen], own).then(readState),
    pulumi(["config", "--json", "--stack", chosen], own).then((text) => JSON.parse(text) as Settings),
  ]);
  if (Object.keys(outputs).length === 0) throw new Problem(`the stack ${chosen} has no outputs: it was never brought up, or was destroyed`, [`Bring it up with: pulumi up --stack ${chosen} (dev: npm start)`]);
  const given = (key: string): unknown => JSON.parse(settings[key]?.value ?? "{}");
  const platform = await platformOf(chosen, settings["stackbook:platform"]?.value, { kubernetes: given("stackbook:kubernetes"), aws: given("stackbook:aws") });
  return { name: chosen, outputs, ...platform, dockerHost: hostOf(settings["stackbook:host"]?.value, own), cli: stackCli(chosen, own, own !== env), state, settings };
}

/** @param given `stackbook:kubernetes` and `stackbook:aws`, which the program has checked when it brought the stack up */
async function platformOf(stack: string, platform: unknown, given: { readonly kubernetes: unknown; readonly aws: unknown }): Promise<Pick<Stack, "cluster" | "aws">> {
  if (platform === "aws") {
    const { awsSchema, resolveAws } = await import("../config/aws-schema");
    // Its name and place hang on no environment.
    const { namePrefix, region } = resolveAws(stack, "prod", awsSchema.parse(given.aws ?? {}));
    return { aws: { namePrefix, region } };
  }
  if (platform !== "kubernetes") return {};
  const { kubernetesSchema, resolveKubernetes } = await import("../config/kubernetes-schema");
  const { context, kubeconfig, namespacePrefix } = resolveKubernetes(stack, kubernetesSchema.parse(given.kubernetes ?? {}));
  return { cluster: { namespacePrefix, ...(context === undefined ? {} : { context }), ...(kubeconfig === undefined ? {} : { kubeconfig }) } };
}

/** Which stack is meant, and the environment in which the CLI finds it. */
async function chooseStack(name: string | undefined, env: NodeJS.ProcessEnv): Promise<{ readonly chosen: string; readonly own: NodeJS.ProcessEnv }> {
  const local = await localSetUp(env);
  const asked = name ?? env["PULUMI_STACK"] ?? (local?.has("dev") === true ? "dev" : undefined);
  const own = local === undefined || (asked !== undefined && !local.has(asked)) ? env : local.env;
  return { own, chosen: asked ?? (await pulumi(["stack", "--show-name"], own)).trim() };
}

interface LocalSetUp {
  readonly env: NodeJS.ProcessEnv;
  has(stack: string): boolean;
}

/** The state that `npm start` keeps in this clone; a backend named in the environment goes before it. */
async function localSetUp(env: NodeJS.ProcessEnv): Promise<LocalSetUp | undefined> {
  if (env["PULUMI_BACKEND_URL"] !== undefined) return undefined;
  const [{ childEnvironment, recallChoice }, { paths }] = await Promise.all([import("../setup/stack/environment.mjs"), import("../setup/base/paths.mjs")]);
  const chosen = recallChoice();
  if (chosen === undefined) return undefined;
  return { env: childEnvironment(chosen, env), has: (stack) => existsSync(join(paths.state, ".pulumi/stacks/stackbook", `${stack}.json`)) };
}
