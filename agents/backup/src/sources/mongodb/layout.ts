import { createHash } from "node:crypto";
import { BSON, type Document } from "mongodb";
import type { Described } from "./connection";

/** What mongodump writes beside the documents. */
export interface Metadata {
  readonly collectionName: string;
  readonly type: string;
  readonly options: Document;
  readonly indexes: readonly Document[];
}

/** mongodump's way with names that no file can have, and with long ones; the true name is in the metadata. */
export function fileName(collection: string): string {
  const escaped = encodeURIComponent(collection).replace(/%(24|26|2B|3D|3A|40|2C)/g, (code) => decodeURIComponent(code));
  if (escaped.length <= 238) return escaped;
  return `${escaped.slice(0, 208)}%24${createHash("sha1").update(collection).digest("base64").replaceAll("+", "-").replaceAll("/", "_")}`;
}

export function writeMetadata({ name, type, options, uuid }: Described, indexes: readonly Document[]): Buffer {
  const metadata = { options, indexes, ...(uuid === undefined ? {} : { uuid }), collectionName: name, type };
  return Buffer.from(BSON.EJSON.stringify(metadata, { relaxed: false }));
}

export function readMetadata(text: string, file: string): Metadata {
  try {
    const { collectionName, type, options, indexes } = BSON.EJSON.parse(text, { relaxed: false }) as Partial<Metadata>;
    return { collectionName: collectionName ?? nameOf(file), type: type ?? "collection", options: options ?? {}, indexes: indexes ?? [] };
  } catch (error) {
    throw new Error(`${file} can't be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

export const dataSuffix = ".bson";
export const metadataSuffix = ".metadata.json";

/** The part of a path that two files of one collection share. */
export function stem(path: string): string {
  return (path.split("/").pop() ?? "").replace(/(\.metadata\.json|\.bson)$/, "");
}

/** Where there is no metadata. */
export function nameOf(path: string): string {
  return decodeURIComponent(stem(path));
}
