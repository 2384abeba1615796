import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import type { SecretName } from "../alerts/routing/types";
import { smokeLoginSecret, systems, type SystemId } from "../systems";
import { alertKind, type KnownChannels } from "./alerts-secrets";
import { backupKind, type KnownStores } from "./backups-secrets";
import { formatPath } from "./errors";
import type { Located } from "./issues";
import type { RawConfig, SortedKeys } from "./keys";
import { environmentNameOf, weakness } from "./secrets";
import { nearest } from "./suggest";
import type { SecretRef } from "./types";

/** The secrets an operator gave: where they are, never what they are. */
export interface GivenSecrets {
  readonly bySystem: Readonly<Record<SystemId, { readonly given: Record<string, SecretRef>; readonly settings: Record<string, SecretRef> }>>;
  readonly edge: { certificate?: SecretRef; privateKey?: SecretRef };
  /** By channel, and `deadMansSwitch`. */
  readonly alerts: Record<string, SecretName>;
  /** By key: `<store>.accessKeyId`, `<store>.secretAccessKey`, `encryptionKey.<generation>`. */
  readonly backups: Record<string, SecretRef>;
  readonly registry: { pullSecret?: SecretRef };
  readonly problems: Located[];
}

const edgeSecrets = ["certificate", "privateKey"] as const;

/** Checks every `<system>:<name>`, `edge:<name>`, `alerts:<name>`, `backups:<name>` and `registry:pullSecret`: known, marked as secret, and strong. */
export function readSecrets(raw: RawConfig, keys: SortedKeys, channels: KnownChannels = { isBroken: () => false }, stores: KnownStores = { isBroken: () => false }): GivenSecrets {
  const none = () => ({ given: {}, settings: {} });
  const result: GivenSecrets = {
    bySystem: { mps: none(), fetms: none(), memo: none(), motel: none(), sms: none() },
    edge: {},
    alerts: {},
    backups: {},
    registry: {},
    problems: [],
  };
  for (const { namespace, key, full } of keys.others) {
    const problem = (given: string, allowed: string, fix: string): void => {
      result.problems.push({ at: [full], path: formatPath([full]), given, allowed, fix });
    };
    const kind = kindOf(namespace, key, channels, stores);
    if ("fix" in kind) {
      problem("not a known key", kind.allowed, kind.fix);
      continue;
    }
    if (!raw.secretKeys.has(full)) {
      const plain = "target" in kind && kind.target === "settings" ? `; if it is no secret, it goes under systems.${namespace}.services.backend.settings` : "";
      problem("in plain text", "a stack secret", `run \`pulumi config set --secret ${full}\`, with another value if this file was ever shared${plain}`);
      continue;
    }
    const weak = kind.weakness(raw.values[full] ?? "");
    if (weak !== undefined) {
      problem(weak, kind.strong, kind.remedy(full));
      continue;
    }
    const reference: SecretRef = { namespace, key };
    if (namespace === "backups") result.backups[key] = reference;
    else if (namespace === "registry") result.registry.pullSecret = reference;
    else if (namespace === "alerts") result.alerts[key] = { namespace, key };
    else if (namespace !== "edge" && kind.target !== "unused") result.bySystem[namespace][kind.target][key] = reference;
    else if (key === "certificate" || key === "privateKey") result.edge[key] = reference;
  }
  checkPair(raw, result);
  return result;
}

function kindOf(namespace: SortedKeys["others"][number]["namespace"], key: string, channels: KnownChannels, stores: KnownStores): SecretKind {
  if (namespace === "edge") return edgeKind(key);
  if (namespace === "registry") return registryKind(key);
  if (namespace === "alerts") return alertKind(key, channels);
  return namespace === "backups" ? backupKind(key, stores) : systemKind(namespace, key);
}

/** What a key may hold, or what to do about it. */
export type SecretKind =
  | { readonly allowed: string; readonly fix: string }
  | {
      readonly target: "given" | "settings" | "unused";
      readonly strong: string;
      readonly weakness: (value: string) => string | undefined;
      readonly remedy: (full: string) => string;
    };

const pipeRandom = (full: string): string => `use a random one, \`openssl rand -hex 48 | pulumi config set --secret ${full}\``;

function systemKind(system: SystemId, key: string): SecretKind {
  const spec = systems[system];
  const secret = spec.secrets.find(({ name }) => name === key);
  if (secret !== undefined) {
    return {
      target: "given",
      strong: `at least ${secret.minLength} random characters`,
      weakness: (value) => weakness(value, secret.minLength),
      remedy: (full) => `${pipeRandom(full)}, or have one generated: \`pulumi config rm ${full}\``,
    };
  }
  if (key === smokeLoginSecret) return smokeLoginKind;
  const names = spec.secrets.map(({ name }) => name);
  const allowed = `${names.join(", ")}, ${smokeLoginSecret}, or the name of a secret setting in capitals, such as API_TOKEN`;
  if (/^[A-Z][A-Z0-9_]*$/.test(key)) {
    const source = spec.services.backend.settings[key] ?? spec.services.frontend.settings[key];
    if (source?.kind === "secret") return { allowed, fix: `did you mean ${system}:${source.name}?` };
    if (source !== undefined) return { allowed, fix: `${key} is set by Stackbook itself: remove it` };
    return { target: "settings", strong: "a value that nobody guesses", weakness: (value) => weakness(value, 0), remedy: pipeRandom };
  }
  const close = nearest(key, names);
  if (close !== undefined) return { allowed, fix: `did you mean ${system}:${close}?` };
  return { allowed, fix: `use ${allowed}: ${system}:${environmentNameOf(key).replace(/^[^A-Z]+/, "")} would become a setting of the backend` };
}

/** Read by the command line alone: no container is given it. */
const smokeLoginKind: SecretKind = {
  target: "unused",
  strong: "an address and a password, <address>:<password>",
  weakness: (value) => (/^[^\s:]+:\S/.test(value) ? undefined : "of another form"),
  remedy: (full) => `use <address>:<password> of a login for smoke checks, \`pulumi config set --secret ${full}\``,
};

function edgeKind(key: string): SecretKind {
  if (key !== "certificate" && key !== "privateKey") {
    const close = nearest(key, edgeSecrets);
    return { allowed: edgeSecrets.join(", "), fix: close === undefined ? "use edge:certificate and edge:privateKey; the edge's settings are under stackbook:edge" : `did you mean edge:${close}?` };
  }
  const file = key === "certificate" ? "chain.pem" : "key.pem";
  const readable = key === "certificate" ? (value: string) => readCertificate(value) !== undefined : (value: string) => readKey(value) !== undefined;
  const strong = key === "certificate" ? "a PEM certificate, with its chain" : "a PEM private key without passphrase";
  return {
    target: "given",
    strong,
    weakness: (value) => (readable(value) ? undefined : "not readable"),
    remedy: (full) => `give ${strong}, \`pulumi config set --secret ${full} < ${file}\``,
  };
}

/** As `docker login` writes it. */
function registryKind(key: string): SecretKind {
  if (key !== "pullSecret") return { allowed: "pullSecret", fix: "use registry:pullSecret" };
  const strong = `Docker's own JSON, {"auths": {"<registry>": {"auth": "<user:password in base64>"}}}`;
  return { target: "given", strong, weakness: (value) => (holdsLogins(value) ? undefined : "of another form"), remedy: (full) => `give ${strong}, \`pulumi config set --secret ${full} < config.json\`` };
}

function holdsLogins(text: string): boolean {
  try {
    const { auths } = JSON.parse(text) as { readonly auths?: unknown };
    return typeof auths === "object" && auths !== null && Object.keys(auths).length > 0;
  } catch {
    return false;
  }
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function checkPair(raw: RawConfig, { edge, problems }: GivenSecrets): void {
  if (edge.certificate === undefined || edge.privateKey === undefined) return;
  const certificate = readCertificate(raw.values["edge:certificate"] ?? "");
  const key = readKey(raw.values["edge:privateKey"] ?? "");
  if (certificate === undefined || key === undefined || certificate.checkPrivateKey(key)) return;
  problems.push({
    at: ["edge:privateKey"],
    path: "edge:privateKey",
    given: "another certificate's key",
    allowed: "the key of edge:certificate",
    fix: "give the two that belong together, the site's own certificate first in edge:certificate",
  });
}
