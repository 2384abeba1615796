import type { SecretSpec } from "./types";

/** 64 characters at least: motel.md, security checklist, applied to every system (requirement X3). 86 hold 512 bits in base64. */
export function jwtSecret(name: string, purpose: string): SecretSpec {
  return { name, length: 86, minLength: 64, purpose };
}
