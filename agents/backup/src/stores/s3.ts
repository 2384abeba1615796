import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, DeleteObjectCommand, GetObjectCommand,
  HeadObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand, UploadPartCommand, UploadPartCopyCommand,
  S3Client, type GetObjectCommandOutput,
} from "@aws-sdk/client-s3";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { objectKey, objectTagging } from "../../../../backups/objects";
import type { StoreSettings } from "../../../../backups/settings";
import { codeOf, describeError } from "../../../common/log";
import type { Credentials } from "./open";
import { piecesOf } from "./pieces";
import { ExistsError, MissingError, StoreError, type Store, type StoredObject } from "./store";

type Settings = Extract<StoreSettings, { kind: "s3" }>;

/** S3's bound for a copy in one request. */
const largestCopy = 5 * 1024 ** 3;

/** In a row; each asks as often as the client does. */
const readAttempts = 4;

/** A bucket of Amazon or of anything that speaks the same. What is being written is no object until it is complete. */
export class S3Store implements Store {
  readonly name: string;
  readonly retains: boolean;

  constructor(private readonly client: S3Client, private readonly settings: Settings) {
    this.name = settings.name;
    this.retains = !settings.lifecycle;
  }

  async put(key: string, content: Readable, signal?: AbortSignal): Promise<void> {
    const abort = signal === undefined ? {} : { abortSignal: signal };
    let upload: string | undefined;
    try {
      const pieces = piecesOf(content);
      const first = await pieces.next();
      const second = first.done === true ? first : await pieces.next();
      if (second.done === true) {
        const body = first.done === true ? Buffer.alloc(0) : first.value;
        await this.client.send(new PutObjectCommand({ ...this.at(key), Body: body, Tagging: tagging(key), IfNoneMatch: "*" }), abort);
        return;
      }
      upload = await this.begin(key, abort);
      const parts: { ETag: string | undefined; PartNumber: number }[] = [];
      const send = async (body: Buffer): Promise<void> => {
        const PartNumber = parts.length + 1;
        const { ETag } = await this.client.send(new UploadPartCommand({ ...this.at(key), UploadId: upload, PartNumber, Body: body }), abort);
        parts.push({ ETag, PartNumber });
      };
      await send(first.value as Buffer);
      await send(second.value);
      for await (const piece of pieces) await send(piece);
      await this.complete(key, upload, parts, abort);
    } catch (error) {
      content.destroy();
      await this.abort(key, upload);
      throw this.wrap(error, key, "can't be written");
    }
  }

  async get(key: string, signal?: AbortSignal): Promise<Readable> {
    try {
      const first = await this.client.send(new GetObjectCommand(this.at(key)), signal === undefined ? {} : { abortSignal: signal });
      return Readable.from(this.readOn(key, first, signal), { objectMode: false });
    } catch (error) {
      throw this.wrap(error, key, "can't be read");
    }
  }

  /** Goes on where the connection broke: also where it was closed because the reader took its time over an index. */
  private async *readOn(key: string, first: GetObjectCommandOutput, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    const { ContentLength: total = Infinity, ETag } = first;
    let body = first.Body as Readable;
    let offset = 0;
    for (let failed = 0; ;) {
      try {
        for await (const chunk of body as AsyncIterable<Buffer>) {
          offset += chunk.length;
          failed = 0;
          yield chunk;
        }
        if (offset >= total || total === Infinity) return;
        throw new Error(`it ended after ${offset} of ${total} bytes`);
      } catch (error) {
        failed += 1;
        if (failed > readAttempts || signal?.aborted === true) throw this.wrap(error, key, "can't be read");
      }
      await pause(failed * 1000, undefined, { ...(signal === undefined ? {} : { signal }) });
      const next = await this.client.send(new GetObjectCommand({ ...this.at(key), Range: `bytes=${offset}-`, IfMatch: ETag })).catch((error: unknown) => {
        throw this.wrap(error, key, "can't be read on");
      });
      body = next.Body as Readable;
    }
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const found: StoredObject[] = [];
    const from = this.keyOf("");
    let ContinuationToken: string | undefined;
    try {
      do {
        const page = await this.client.send(new ListObjectsV2Command({ Bucket: this.settings.bucket, Prefix: this.keyOf(prefix), ContinuationToken }));
        for (const { Key = "", Size = 0, LastModified = new Date(0) } of page.Contents ?? []) found.push({ key: Key.slice(from.length), bytes: Size, modified: LastModified });
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    } catch (error) {
      throw this.wrap(error, prefix, "can't be listed");
    }
    return found.sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  /** By pieces even where one request would do: a bucket that forbids overwriting takes no other copy (backups/objects.ts). */
  async copy(from: string, to: string): Promise<void> {
    const CopySource = `${this.settings.bucket}/${this.keyOf(from)}`.split("/").map(encodeURIComponent).join("/");
    let upload: string | undefined;
    try {
      const { ContentLength: bytes = 0 } = await this.client.send(new HeadObjectCommand(this.at(from)));
      upload = await this.begin(to);
      const parts: { ETag: string | undefined; PartNumber: number }[] = [];
      for (let start = 0; start < bytes; start += largestCopy) {
        const PartNumber = parts.length + 1;
        const CopySourceRange = `bytes=${start}-${Math.min(start + largestCopy, bytes) - 1}`;
        const { CopyPartResult } = await this.client.send(new UploadPartCopyCommand({ ...this.at(to), UploadId: upload, PartNumber, CopySource, CopySourceRange }));
        parts.push({ ETag: CopyPartResult?.ETag, PartNumber });
      }
      await this.complete(to, upload, parts);
    } catch (error) {
      await this.abort(to, upload);
      throw this.wrap(error, from, `can't be copied to ${to}`);
    }
  }

  async remove(key: string): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand(this.at(key)));
    } catch (error) {
      throw this.wrap(error, key, "can't be removed");
    }
  }

  space(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Lifecycle rules end uploads that were cut off; without them the agent does. */
  async sweep(system: string, before: Date): Promise<void> {
    if (!this.retains) return;
    try {
      const { Uploads = [] } = await this.client.send(new ListMultipartUploadsCommand({ Bucket: this.settings.bucket, Prefix: this.keyOf(`${system}/`) }));
      for (const { Key, UploadId, Initiated } of Uploads) {
        if (Initiated !== undefined && Initiated < before) await this.client.send(new AbortMultipartUploadCommand({ Bucket: this.settings.bucket, Key, UploadId }));
      }
    } catch (error) {
      // Not every compatible service lists them.
      if (codeNameOf(error) !== "NotImplemented") throw this.wrap(error, `${system}/`, "can't be swept");
    }
  }

  private async begin(key: string, abort: { abortSignal?: AbortSignal } = {}): Promise<string | undefined> {
    return (await this.client.send(new CreateMultipartUploadCommand({ ...this.at(key), Tagging: tagging(key) }), abort)).UploadId;
  }

  private async complete(key: string, UploadId: string | undefined, Parts: { ETag: string | undefined; PartNumber: number }[], abort: { abortSignal?: AbortSignal } = {}): Promise<void> {
    await this.client.send(new CompleteMultipartUploadCommand({ ...this.at(key), UploadId, MultipartUpload: { Parts }, IfNoneMatch: "*" }), abort);
  }

  private async abort(key: string, UploadId: string | undefined): Promise<void> {
    if (UploadId !== undefined) await this.client.send(new AbortMultipartUploadCommand({ ...this.at(key), UploadId })).catch(() => undefined);
  }

  private at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.settings.bucket, Key: this.keyOf(key) };
  }

  private keyOf(key: string): string {
    return objectKey(this.settings.prefix, key);
  }

  private wrap(error: unknown, key: string, what: string): StoreError {
    if (error instanceof StoreError) return error;
    if (isMissing(error)) return new MissingError(this.name, key);
    const code = codeNameOf(error);
    if (code === "PreconditionFailed" || code === "ConditionalRequestConflict") return new ExistsError(this.name, key);
    const advice: Readonly<Record<string, string>> = {
      NoSuchBucket: `there is no bucket ${this.settings.bucket}; create it, or give another`,
      AccessDenied: "access is denied; check the bucket's policy and the credentials",
      Forbidden: "access is denied; check the bucket's policy and the credentials",
      InvalidAccessKeyId: "the access key is not known there; check the store's credentials",
      SignatureDoesNotMatch: "the secret key is wrong; check the store's credentials",
      CredentialsProviderError: "there are no credentials; give the store some",
    };
    const reason = Object.hasOwn(advice, code) ? (advice[code] ?? "") : describeError(error);
    return new StoreError(this.name, `${key} ${what}: ${reason}${code === "" || reason.includes(code) ? "" : ` (${code})`}`, error);
  }
}

const codeNameOf = (error: unknown): string => codeOf(error) || (error instanceof Error ? error.name : "");
const tagging = (key: string): string => objectTagging(key.slice(key.lastIndexOf("/") + 1));
const isMissing = (error: unknown): boolean => ["NoSuchKey", "NotFound"].includes(codeNameOf(error));

/** In all some two minutes; longer would keep a database's snapshot open for a store that is away. */
const attempts = 7;

export function openBucket(store: Settings, credentials: (() => Promise<Credentials>) | undefined): Store {
  const compatible = store.endpoint !== undefined;
  const client = new S3Client({
    region: store.region,
    forcePathStyle: store.pathStyle,
    ...(store.endpoint === undefined ? {} : { endpoint: store.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    retryMode: "standard",
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 120_000, socketTimeout: 60_000 },
    // Compatible services often don't know the newer checksums; every part has a SHA-256 of its own in the manifest.
    ...(compatible ? { requestChecksumCalculation: "WHEN_REQUIRED", responseChecksumValidation: "WHEN_REQUIRED" } : {}),
  });
  return new S3Store(client, store);
}
