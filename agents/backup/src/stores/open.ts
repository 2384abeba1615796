import { z } from "zod";
import type { StoreSettings } from "../../../../backups/settings";
import { ProblemsError } from "../../../common/problems";
import type { Secrets } from "../sources/types";
import { DirectoryStore } from "./directory";
import { LateStore } from "./late";
import type { Store } from "./store";

export type Credentials = z.infer<typeof credentials>;
const credentials = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1), sessionToken: z.string().optional() });

export function openStores(settings: readonly StoreSettings[], secrets: Secrets): readonly Store[] {
  return settings.map((store) =>
    store.kind === "directory"
      ? new DirectoryStore(store.name, store.path)
      : new LateStore(store.name, !store.lifecycle, async () => {
          const { openBucket } = await import("./s3");
          return openBucket(store, store.credentialsFile === undefined ? undefined : () => Promise.resolve(readCredentials(store.credentialsFile ?? "", secrets)));
        }));
}

/** Read each time the SDK asks: a rotated key is used without a restart. */
function readCredentials(file: string, secrets: Secrets): Credentials {
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
