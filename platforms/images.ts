import * as fs from "node:fs";
import type { LogicalImage } from "../config/types";

export type { LogicalImage };

/**
 * Built on the engine from `agents/<name>`, unless the stack's configuration names one: nobody publishes an image of it
 * whose digest could be found.
 */
export const ownImages = ["mtail"] as const;
export type OwnImage = (typeof ownImages)[number];

/** Programs of `agents/`, by the keys under which an image of one is named where none can be built. */
const agents = {
  backupPostgres: { folder: "backup", database: "postgres" },
  backupMongodb: { folder: "backup", database: "mongodb" },
  statusAgent: { folder: "status", database: undefined },
} as const satisfies Readonly<Partial<Record<LogicalImage, { readonly folder: string; readonly database: LogicalImage | undefined }>>>;
export type AgentImage = keyof typeof agents;

/** @param bases what it is built from besides Node, by build argument. @returns undefined where there is no such key */
export function agentImage(folder: string, bases: Readonly<Record<string, LogicalImage>> = {}): AgentImage | undefined {
  // The keys of a literal.
  return (Object.keys(agents) as AgentImage[]).find((name) => agents[name].folder === folder && agents[name].database === bases["DATABASE_IMAGE"]);
}

/**
 * The official images, each pinned by the digest of its multi-platform index.
 *
 * Where the digests come from: each was taken from what others have published (lock files, pinned
 * Dockerfiles, the Docker Library's own record `docker-library/repo-info`), and cross-checked: at
 * least two repositories that have nothing to do with each other give it for this tag. Five rest on
 * less, said at their line. A digest is looked up in the named repository only, so a wrong one can
 * fail to be pulled, or be another build by the same publisher, and never someone else's image.
 *
 * Refreshing one is one command, where a registry can be reached; its first digest goes here:
 *   docker buildx imagetools inspect postgres:16 --format '{{.Manifest.Digest}}'
 */
export const officialImages: Readonly<Record<Exclude<LogicalImage, OwnImage | AgentImage>, string>> = {
  postgres: "postgres:16.9@sha256:ddfe3e8713e3ee5b8f286082cb12512488dfbf3f5a1ecb0b74a42e6055af0a5f",
  // The digest is given by two, as an index for amd64, arm64 and Windows; the tag beside it by one of them.
  mongodb: "mongo:6.0@sha256:8b6d8f5bbedb25cb73517b65cf99f13aeb75ad5b157a56c479287a840bbad3ac",
  redis: "redis:7.4.2@sha256:fbdbaea47b9ae4ecc2082ecdb4e1cea81e32176ffb1dcf643d422ad07427e5d9",
  // Version 3.2.19 (an LTS line) by the Docker Library's record of `lts-trixie` of May 2026; pinned as `lts` elsewhere.
  haproxy: "haproxy:3.2.19@sha256:74735a91316c777de22894a4216729bfee79500caf5ed27dacf92dcd88b22f1c",
  // The last release with version 4's command line, which the edge uses. Given by one project only.
  lego: "goacme/lego:v4.35.2@sha256:ae124a405844759b201b31efbd7a0ba302dbd16e86f2fb177c4b6db8bdc782c8",
  node: "node:20.20.2-bookworm-slim@sha256:2cf067cfed83d5ea958367df9f966191a942351a2df77d6f0193e162b5febfc0",
  web: "nginxinc/nginx-unprivileged:1.29.1@sha256:451ec1db67978686908d931cc090ac9f6649a5dfbde0d7d3b33756f7c6303f7e",
  // What watches them. Where airgap/images builds from Go modules it is the same version, of cAdvisor the nearest.
  prometheus: "prom/prometheus:v3.15.0@sha256:efd719c99d83b060d9daefdcf00360461adf279f45ef5391f8d111892118753e",
  // Its tag is given by one, its digest by three. The last version whose Go module has the web pages in it.
  alertmanager: "prom/alertmanager:v0.31.1@sha256:88b605de9aba0410775c1eb3438f951115054e0d307f23f274a4c705f51630c1",
  nodeExporter: "prom/node-exporter:v1.12.1@sha256:1b4e4438faca4dd7e001dd445d161a4a2091b0fededa84093b3a8dfeae1f1be0",
  blackboxExporter: "prom/blackbox-exporter:v0.28.0@sha256:e753ff9f3fc458d02cca5eddab5a77e1c175eee484a8925ac7d524f04366c2fc",
  postgresExporter: "quay.io/prometheuscommunity/postgres-exporter:v0.19.1@sha256:e96064f876226d94bb6ce48a4c4b3dd76edba91168ec1ab024e5c4b959310b0f",
  redisExporter: "oliver006/redis_exporter:v1.84.0@sha256:7ef8e9c26638158fa4e7ad60df8c7e53d1919986753d6c1d2d1876b6ec38d87b",
  // Given by one project only.
  mongodbExporter: "percona/mongodb_exporter:0.51.0@sha256:852b90b9f38ab489762b8a8b8c074ce852272c2495d725b922bdb5bc7d659e16",
  cadvisor: "gcr.io/cadvisor/cadvisor:v0.55.1@sha256:3de2bd5203120b866d74a9b283b2ffb8ec382fbf9dc321814700c6ea6f44ec57",
  // The newest all of whose modules can be had.
  collector: "otel/opentelemetry-collector-contrib:0.160.0@sha256:799dc6cf12c96192af37b5bdba804da8c10b3bc563b43cb90c3f3c58d9572ad6",
  loki: "grafana/loki:3.7.8@sha256:1107dd5274e0ada47e42472b7a7e71f3b2a2fe878878108f3e2f9e51528f0193",
  grafana: "grafana/grafana:13.2.3@sha256:b28bae15e219c998fb0e0424ed724930cc61b1f61fb404d47c862f9a23f9e572",
};

/** What this machine's images are, by what they are for: built from packages, or why one can't be had here. */
export type PackageBuiltImages = Readonly<Partial<Record<LogicalImage, { readonly ref: string } | { readonly missing: string }>>>;

/** The stack's configuration decides; then what was built from packages; then the catalogue. Undefined: it is one of Stackbook's own, and to be built. */
export function resolveImage(
  name: LogicalImage,
  overrides: Readonly<Partial<Record<LogicalImage, string>>>,
  packageBuilt: PackageBuiltImages,
): string | undefined {
  const built = packageBuilt[name];
  return overrides[name] ?? (built !== undefined && "ref" in built ? built.ref : isOwn(name) ? undefined : officialImages[name]);
}

function isOwn(name: LogicalImage): name is OwnImage | AgentImage {
  return name in agents || ownImages.some((own) => own === name);
}

/** Why an image can't be had on this machine, in one line; undefined when it can. */
export function lacksImage(
  name: LogicalImage,
  overrides: Readonly<Partial<Record<LogicalImage, string>>>,
  packageBuilt: PackageBuiltImages,
): string | undefined {
  const built = packageBuilt[name];
  return overrides[name] === undefined && built !== undefined && "missing" in built ? built.missing : undefined;
}

/**
 * Reads the file that STACKBOOK_IMAGES names: `{ "redis": { "ref": "...", "id": "..." }, "grafana": { "missing": "why" } }`.
 * Names that are no part of a stack (base, pebble) are passed over.
 */
export function readPackageBuiltImages(env: Readonly<Record<string, string | undefined>>): PackageBuiltImages {
  const file = env["STACKBOOK_IMAGES"];
  if (file === undefined || file === "") return {};
  const content = parse(file, read(file));
  const images: Partial<Record<LogicalImage, { readonly ref: string } | { readonly missing: string }>> = {};
  for (const name of [...Object.keys(officialImages), ...ownImages] as LogicalImage[]) {
    if (!(name in content)) continue;
    const entry: unknown = content[name];
    if (!isObject(entry)) throw badEntry(file, name, entry);
    if (isText(entry["ref"])) images[name] = { ref: entry["ref"] };
    else if (isText(entry["missing"])) images[name] = { missing: entry["missing"] };
    else throw badEntry(file, name, entry);
  }
  return images;
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw problem(file, `the file can't be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

function parse(file: string, text: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw problem(file, `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isObject(content)) throw problem(file, "it holds no object of images by name");
  return content;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function badEntry(file: string, name: string, entry: unknown): Error {
  return problem(file, `its entry "${name}" is ${JSON.stringify(entry)}, not { "ref": "<image>" } or { "missing": "<why>" }`);
}

function problem(file: string, what: string): Error {
  return new Error(`STACKBOOK_IMAGES is ${file}: ${what}; run "npm start" to build the images again, or unset STACKBOOK_IMAGES to use the official ones`);
}
