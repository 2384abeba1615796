import { z } from "zod";
import type { SystemId } from "../systems";
import { alertsSchema } from "./alerts-schema";
import { awsSchema } from "./aws-schema";
import { backupsSchema, restoreSchema, systemBackupsSchema } from "./backups-schema";
import { contactsSchema } from "./contacts-schema";
import { besideSchema } from "./beside-schema";
import { defaults } from "./defaults";
import { choice, decimal, documented, flag, looseText, text, wholeNumber } from "./fields";
import { haltedSchema } from "./halted-schema";
import { checkImageReference } from "./image";
import { imageKey, namedTexts } from "./image-schema";
import { blockedSchema, bypassSchema, maintenanceSchema } from "./maintenance-schema";
import { kubernetesSchema } from "./kubernetes-schema";
import { migrationSchema } from "./migration-schema";
import { monitoringSchema } from "./monitoring-schema";
import { policiesSchema } from "./policies-schema";
import { pinnedSchema, sequenceSchema } from "./release-schema";
import { edgeRotationsSchema, systemRotationsSchema } from "./rotations";
import { smokeSchema } from "./smoke-schema";
import { checkDockerHost, checkHostName, checkOrigin, checkVersion, isEmail, isHttpsUrl, isIpAddress } from "./texts";
import type { LogicalImage } from "./types";

/** The keys of `stackbook:`, each with its range, its place in the reference, and an example. */

export const availablePlatforms = ["docker", "kubernetes", "aws"] as const;

const port = (about: string, fallback: (environment: "dev" | "prod") => number, example: string) =>
  wholeNumber(1, 65535, { about, example, default: `${fallback("dev")} in dev, else ${fallback("prod")}` });

const rateLimit = (about: string, fallback: string) =>
  z.strictObject({
    requestsPerMinute: wholeNumber(1, 1_000_000, { about, example: "600", default: fallback }).optional(),
  });

const tls = documented(
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("self-signed") }),
    z.strictObject({
      kind: z.literal("acme"),
      email: text(isEmail, { about: "Whom the certificate authority warns before a certificate runs out", allowed: "an e-mail address", example: "ops@example.org" }),
      directoryUrl: text(isHttpsUrl, {
        about: "The authority's ACME directory",
        allowed: "an https:// address",
        example: "https://acme.example.org/directory",
        default: "Let's Encrypt",
      }).optional(),
    }),
    z.strictObject({ kind: z.literal("given") }),
  ]),
  {
    type: "map",
    allowed: "{ kind: self-signed }, { kind: acme, email: ... } or { kind: given }",
    about: "Where certificates come from: made here (not in prod), by ACME, or given as the stack secrets `edge:certificate` and `edge:privateKey` (PEM)",
    example: "{ kind: acme, email: ops@example.org }",
    default: "self-signed in dev, else to be chosen",
  },
);

const edge = z.strictObject({
  httpPort: port("Port for HTTP, which redirects to HTTPS", defaults.httpPort, "80").optional(),
  httpsPort: port("Port for HTTPS", defaults.httpsPort, "443").optional(),
  bindAddress: text(isIpAddress, {
    about: "Address of the host on which both ports listen",
    allowed: "an IPv4 or IPv6 address",
    example: "192.0.2.10",
    default: `${defaults.bindAddress("dev")} in dev, else ${defaults.bindAddress("prod")}`,
  }).optional(),
  tls: tls.optional(),
  rateLimit: rateLimit("Requests a minute from one client address", String(defaults.requestsPerMinute)).optional(),
  drainSeconds: wholeNumber(1, 3600, {
    about: "Seconds that connections to a replaced version may take to end",
    example: "30",
    default: `${defaults.drainSeconds("dev")} in dev, else ${defaults.drainSeconds("prod")}`,
  }).optional(),
  rotations: edgeRotationsSchema.optional(),
  blocked: blockedSchema,
  bypass: bypassSchema,
});

const service = z.strictObject({
  image: imageKey(
    "What runs: a reference (pinned by digest in staging and prod), `{ build: ... }`, or in dev `reference-app`, the demo app that keeps the contract of every system",
    "`reference-app` in dev, else to be given",
  ).optional(),
  replicas: wholeNumber(1, 50, {
    about: "Containers side by side",
    example: "2",
    default: "the catalogue's: MPS's backend 2, else 1",
    fix: "use 1-50, or set systems.{system}.enabled to false to stop it",
  }).optional(),
  memoryMiB: wholeNumber(32, 1_048_576, { about: "Memory limit of each container, MiB", example: "1024", default: "the catalogue's" }).optional(),
  cpus: decimal(0.05, 256, { about: "Processors each container may use", example: "1.5", default: "the catalogue's" }).optional(),
  settings: namedTexts(
    "Plain environment variables, over the catalogue's. Secrets are stack secrets: `pulumi config set --secret motel:API_TOKEN` becomes API_TOKEN of motel's backend",
    "{ LOG_LEVEL: info }",
    "none",
  ).optional(),
});

/** One for all five: building it takes time at every preview. */
const system = z
  .preprocess(
    // `motel:` with nothing after it is how YAML writes "motel, as the catalogue has it".
    (value) => (value === null ? {} : value),
    z.strictObject({
      enabled: flag({ about: "False stops the system: its containers go, data and passwords stay", example: "false", default: String(defaults.enabled) }).optional(),
      version: looseText(checkVersion, {
        about: "Version that is deployed, as shown everywhere",
        allowed: "letters, digits, `.`, `_` and `-`, at most 64, in quotes where it looks like a number",
        example: "1.4.2",
        default: `${defaults.version} in dev, else to be given`,
      }).optional(),
      slot: choice(["a", "b"], { about: "Where the version runs, so that another one can run in the other slot, see `beside`", example: "b", default: defaults.slot }).optional(),
      beside: besideSchema.optional(),
      domain: text(checkHostName, { about: "Host name of the system", allowed: "a host name", example: "motel.example.org", default: "`<system>.<domain>`" }).optional(),
      corsOrigins: documented(
        z.array(text(checkOrigin, { about: "An origin", allowed: "scheme://host[:port]", example: "https://www.example.org" })).min(1).max(100),
        {
          type: "list of text",
          allowed: "a list of origins, each scheme://host[:port]",
          about: "Sites whose pages may call the API; https outside dev",
          example: "[https://www.example.org]",
          default: "the system's own address",
        },
      ).optional(),
      redis: flag({ about: "Run Redis; to be chosen only for FETMS, which needs it as soon as its backend has 2 replicas", example: "true", default: "what the catalogue says" }).optional(),
      rateLimit: rateLimit("Requests a minute from one client address to this system", "`edge.rateLimit.requestsPerMinute`").optional(),
      maxBodyMiB: wholeNumber(1, 1024, { about: "Largest request body, MiB; above it the edge answers 413", example: "25", default: "the catalogue's: 10" }).optional(),
      services: z.strictObject({ backend: service.optional(), frontend: service.optional() }).optional(),
      migration: migrationSchema.optional(),
      backups: systemBackupsSchema.optional(),
      contacts: contactsSchema("the stack's, `contacts`"),
      restore: restoreSchema.optional(),
      smoke: smokeSchema.optional(),
      rotations: systemRotationsSchema.optional(),
      halted: haltedSchema.optional(),
      maintenance: maintenanceSchema("the system"),
    }),
  )
  .optional();

const logicalImages = [
  "postgres", "mongodb", "redis", "haproxy", "lego", "node", "web",
  "prometheus", "alertmanager", "nodeExporter", "blackboxExporter", "postgresExporter", "redisExporter", "mongodbExporter",
  "mtail", "cadvisor", "collector", "loki", "grafana",
  "backupPostgres", "backupMongodb", "statusAgent",
] as const satisfies readonly LogicalImage[];

/** Of Stackbook's own programs: nobody publishes them. */
const isAgentImage = (name: LogicalImage): boolean => name === "backupPostgres" || name === "backupMongodb" || name === "statusAgent";

const images = z.strictObject(
  Object.fromEntries(
    logicalImages.map((name) => [
      name,
      text(checkImageReference, {
        about: `Image for ${name}, such as a mirror's; pinned by digest in staging and prod`,
        allowed: "an image reference, registry/repository:tag@sha256:<64 hex digits>",
        example: `registry.example.org/mirror/${name.toLowerCase()}:1.0@sha256:...`,
        default: name === "mtail" ? "built from Debian's package" : isAgentImage(name) ? "built from `agents/`; on Kubernetes to be given" : "the official one, pinned",
      }).optional(),
    ]),
  ) as Record<LogicalImage, z.ZodOptional<z.ZodString>>,
);

export const stackSchema = z.strictObject({
  environment: choice(["dev", "staging", "prod"], { about: "Which rules hold", example: "prod", default: "the stack's name, when it is one of these" }).optional(),
  platform: choice(availablePlatforms, { about: "What the stack runs on; what Kubernetes and AWS lack yet is in [kubernetes.md](kubernetes.md) and [aws.md](aws.md)", example: "docker", default: defaults.platform }).optional(),
  host: text(checkDockerHost, {
    about: "Docker engine of the stack; `local` says this machine's aloud, as prod demands",
    allowed: "unix:///path, tcp://host:port, ssh://user@host[:port] or local",
    example: "ssh://deploy@docker.example.org",
    default: "`DOCKER_HOST`, or this machine's engine (prod: to be given)",
  }).optional(),
  kubernetes: kubernetesSchema.optional(),
  aws: awsSchema.optional(),
  domain: text(checkHostName, {
    about: "Domain of the stack: systems answer at `<system>.<domain>`",
    allowed: "a host name",
    example: "example.org",
    default: `${defaults.domain} in dev, else to be given`,
  }).optional(),
  contact: text((value) => value.trim() !== "" && value.length <= 200 && !/\p{Cc}/u.test(value), {
    about: "Whom to ask about this stack; shown to operators",
    allowed: "text of at most 200 characters",
    example: "ops@example.org",
  }).optional(),
  contacts: contactsSchema("none: the runbook says so"),
  tags: documented(
    z.record(
      z.string().regex(/^(?!stackbook\.)[a-z0-9][a-z0-9._-]{0,62}$/),
      looseText((value) => value.length <= 255, { about: "A tag's value", allowed: "text of at most 255 characters", example: "web", hidden: true }),
    ),
    {
      type: "map of text",
      allowed: "names of small letters, digits, `.`, `_` and `-` that don't begin with stackbook., with text of at most 255 characters",
      about: "Labels on everything the stack makes",
      example: "{ team: web, cost-centre: \"4711\" }",
      default: "none",
    },
  ).optional(),
  policies: policiesSchema,
  edge: edge.optional(),
  systems: z
    .strictObject({ mps: system, fetms: system, memo: system, motel: system, sms: system } satisfies Record<SystemId, typeof system>)
    .optional(),
  images: images.optional(),
  demo: z
    .strictObject({
      seed: flag({ about: "Fill the reference app with rows and a first login; dev only", example: "true", default: String(defaults.demo.seed) }).optional(),
      traffic: flag({ about: "Send the reference app light traffic; dev only", example: "true", default: String(defaults.demo.traffic) }).optional(),
    })
    .optional(),
  protectData: flag({ about: "Refuse to delete volumes and what opens them", example: "false", default: String(defaults.protectData) }).optional(),
  monitoring: monitoringSchema.optional(),
  alerts: alertsSchema.optional(),
  backups: backupsSchema.optional(),
  maintenance: maintenanceSchema("every system"),
  sequence: sequenceSchema.optional(),
  pinned: pinnedSchema.optional(),
});

/** A stack file's `stackbook:` keys, well-formed; nothing filled in yet. */
export type RawStack = z.output<typeof stackSchema>;
export type RawSystem = NonNullable<NonNullable<RawStack["systems"]>[SystemId]>;
export type RawService = NonNullable<NonNullable<RawSystem["services"]>["backend"]>;
