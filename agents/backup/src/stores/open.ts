import { S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import type { StoreSettings } from "../../../../backups/settings";
import { ProblemsError } from "../problems";
import type { Secrets } from "../sources/types";
import { DirectoryStore } from "./directory";
import { S3Store } from "./s3";
import type { Store } from "./store";

const credentials = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1), sessionToken: z.string().optional() });

/** In all some two minutes; longer would keep a database's snapshot open for a store that is away. */
const attempts = 7;

export function openStores(settings: readonly StoreSettings[], secrets: Secrets): readonly Store[] {
  return settings.map((store) => (store.kind === "directory" ? new DirectoryStore(store.name, store.path) : new S3Store(clientOf(store, secrets), store)));
}

function clientOf(store: Extract<StoreSettings, { kind: "s3" }>, secrets: Secrets): S3Client {
  const compatible = store.endpoint !== undefined;
  return new S3Client({
    region: store.region,
    forcePathStyle: store.pathStyle,
    ...(store.endpoint === undefined ? {} : { endpoint: store.endpoint }),
    ...(store.credentialsFile === undefined ? {} : { credentials: () => Promise.resolve(readCredentials(store.credentialsFile ?? "", secrets)) }),
    retryMode: "standard",
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 120_000, socketTimeout: 60_000 },
    // Compatible services often don't know the newer checksums; every part has a SHA-256 of its own in the manifest.
    ...(compatible ? { requestChecksumCalculation: "WHEN_REQUIRED", responseChecksumValidation: "WHEN_REQUIRED" } : {}),
  });
}

/** Read each time the SDK asks: a rotated key is used without a restart. */
function readCredentials(file: string, secrets: Secrets): z.infer<typeof credentials> {
  let value: unknown;
  try {
    value = JSON.parse(secrets(file));
  } catch (error) {
    if (error instanceof ProblemsError) throw error;
    throw new ProblemsError(file, ["it is no JSON; give {\"accessKeyId\": …, \"secretAccessKey\": …}"]);
  }
  const result = credentials.safeParse(value);
  // Without the value: it is secret.
  if (!result.success) throw new ProblemsError(file, ["give accessKeyId and secretAccessKey, both as text"]);
  return result.data;
}
