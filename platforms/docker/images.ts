import * as fs from "node:fs";
import type { LogicalImage } from "../../config/types";

export type { LogicalImage };

/**
 * The official images, each pinned by the digest of its multi-platform index.
 *
 * Where the digests come from: each was taken from what others have published (lock files, pinned
 * Dockerfiles, the Docker Library's own record `docker-library/repo-info`), and cross-checked: at
 * least two repositories that have nothing to do with each other give it for this tag. Two rest on
 * less, said at their line. A digest is looked up in the named repository only, so a wrong one can
 * fail to be pulled, or be another build by the same publisher, and never someone else's image.
 *
 * Refreshing one is one command, where a registry can be reached; its first digest goes here:
 *   docker buildx imagetools inspect postgres:16 --format '{{.Manifest.Digest}}'
 */
export const officialImages: Readonly<Record<LogicalImage, string>> = {
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
};

/** Images this machine built from packages, by what they are for. */
export type PackageBuiltImages = Readonly<Partial<Record<LogicalImage, { readonly ref: string }>>>;

/** The stack's configuration decides; then what was built from packages; then the catalogue. */
export function resolveImage(
  name: LogicalImage,
  overrides: Readonly<Partial<Record<LogicalImage, string>>>,
  packageBuilt: PackageBuiltImages,
): string {
  return overrides[name] ?? packageBuilt[name]?.ref ?? officialImages[name];
}

/**
 * Reads the file that STACKBOOK_IMAGES names, `{ "redis": { "ref": "...", "id": "..." }, ... }`.
 * Names that are no part of a stack (base, pebble) are passed over.
 */
export function readPackageBuiltImages(env: Readonly<Record<string, string | undefined>>): PackageBuiltImages {
  const file = env["STACKBOOK_IMAGES"];
  if (file === undefined || file === "") return {};
  const content = parse(file, read(file));
  const images: Partial<Record<LogicalImage, { readonly ref: string }>> = {};
  for (const name of Object.keys(officialImages) as LogicalImage[]) {
    if (!(name in content)) continue;
    const entry: unknown = content[name];
    if (!isObject(entry) || typeof entry["ref"] !== "string" || entry["ref"] === "")
      throw problem(file, `its entry "${name}" is ${JSON.stringify(entry)}, not { "ref": "<image>" }`);
    images[name] = { ref: entry["ref"] };
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

function problem(file: string, what: string): Error {
  return new Error(`STACKBOOK_IMAGES is ${file}: ${what}; run "npm start" to build the images again, or unset STACKBOOK_IMAGES to use the official ones`);
}
