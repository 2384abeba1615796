import * as pulumi from "@pulumi/pulumi";
import type { BackupOutput, RecoveryOutput, StoreOutput } from "../../backups/outputs";
import type { RestoreAnswer, RunAnswer } from "../../backups/protocol";
import { storeSettings, type BackupData } from "./data";

/** A store as its users know it. */
export function storeOutput(ref: BackupData["stores"][number], volume: string | undefined): StoreOutput {
  const settings = storeSettings(ref);
  if (ref.store.kind === "s3" || settings.kind === "s3") return settings;
  const { hostPath } = ref.store;
  return { ...settings, host: hostPath === undefined ? { kind: "volume", volume: volume ?? "" } : { kind: "path", path: hostPath } };
}

/** What the restore's container answered; nothing while the update is only previewed. */
export function restoredOutput(id: string, answer: string | undefined): Pick<BackupOutput, "restored"> {
  try {
    return { restored: { ...(JSON.parse(answer ?? "") as RestoreAnswer), id } };
  } catch {
    return {};
  }
}

/** Of what the agent answered when it was told to back up; empty: there was nothing to, or the update is only previewed. */
export function backupName(answer: string | undefined): string {
  try {
    const { backup, bytes } = JSON.parse(answer ?? "") as Partial<RunAnswer>;
    return bytes === null ? "" : (backup ?? "");
  } catch {
    return "";
  }
}

/** The stack output `recovery`. */
export function recoveryOutput({ keys, stores }: BackupData): pulumi.Output<RecoveryOutput> {
  const credentials = pulumi.all(Object.fromEntries(stores.flatMap((ref) => (ref.credentials === undefined ? [] : [[ref.store.name, ref.credentials]]))));
  if (keys.kind === "symmetric") {
    const { keyId } = keys;
    return pulumi.secret(pulumi.all([pulumi.all(keys.keys), credentials]).apply(([passphrases, storeCredentials]): RecoveryOutput => ({ encryption: { kind: "symmetric", keyId, keys: passphrases }, storeCredentials })));
  }
  const { keyId, signingKeyId, signingPublicKey } = keys;
  return pulumi.secret(
    pulumi.all([signingPublicKey, credentials]).apply(([pem, storeCredentials]): RecoveryOutput => ({ encryption: { kind: "publicKey", keyId, signingKeyId, signingPublicKeys: { [signingKeyId]: pem } }, storeCredentials })),
  );
}
