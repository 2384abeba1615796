import type { SecretName } from "./types";

/** Where Alertmanager finds its files; secrets are named in full, as it reads them from wherever it stands. */
export const alertmanagerDirectory = "/etc/alertmanager";

/** Relative to that folder. */
export function secretFile({ key }: SecretName): string {
  return `secrets/${key}`;
}

export function secretPath(secret: SecretName): string {
  return `${alertmanagerDirectory}/${secretFile(secret)}`;
}
