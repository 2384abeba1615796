/** One sort of secret that must never lie in a log store. */
export interface Mask {
  readonly what: string;
  /**
   * In the syntax that JavaScript and RE2 (the collector's) have in common: no look-around, no back reference. The
   * first group, where there is one, stays; all else that matches becomes `***`.
   */
  readonly pattern: string;
  readonly ignoreCase?: boolean;
}

export const masked = "***";

/** Names whose value is a secret, as the last part of a longer name: DB_PASSWORD, x-api-key, refreshToken. */
const names = String.raw`(?:password|passwd|pwd|passphrase|passcode|password_?hash|secret|secret_?key|token|api[-_]?key|access[-_]?key(?:[-_]?id)?|private[-_]?key|encryption[-_]?key|client[-_]?secret|session[-_]?id|credentials?|connection[-_]?string)`;
const name = String.raw`[\w.-]*${names}`;

/**
 * In this order: what is most certain first. A log that says `***` once too often can still be read; one that
 * holds a secret has to be deleted.
 */
export const masks: readonly Mask[] = [
  { what: "private key", pattern: String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?` },
  { what: "cookies", pattern: String.raw`(\b(?:set-)?cookie\\?["']?\s*[:=]\s*\[?\s*\\?["']?)[^"'\\\r\n]+`, ignoreCase: true },
  { what: "authorization header", pattern: String.raw`(\bauthorization\\?["']?\s*[:=]\s*\[?\s*\\?["']?)[^"'\\\r\n,}\]]+`, ignoreCase: true },
  { what: "bearer token", pattern: String.raw`(\bbearer\s+)[A-Za-z0-9._~+/=-]{8,}`, ignoreCase: true },
  { what: "basic credentials", pattern: String.raw`(\bbasic\s+)[A-Za-z0-9+/=_-]{12,}`, ignoreCase: true },
  { what: "JSON web token", pattern: String.raw`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)*` },
  { what: "password in an address", pattern: String.raw`(\b[a-z][a-z0-9+.-]*://[^\s:/@"']*:)[^\s/@"']+(?:@)`, ignoreCase: true },
  { what: "value of a secret's name in JSON", pattern: String.raw`("${name}"\s*:\s*")(?:[^"\\]|\\.)*`, ignoreCase: true },
  { what: "the same in JSON inside a string", pattern: String.raw`(\\"${name}\\"\s*:\s*\\")[^"\\]*`, ignoreCase: true },
  { what: "number or word of a secret's name in JSON", pattern: String.raw`(\\?"${name}\\?"\s*:\s*)[^\s"\\,}\]\[{]+`, ignoreCase: true },
  { what: "quoted value of a secret's name", pattern: String.raw`(\b${name}\s*[=:]\s*\\?["'])[^"'\\]+`, ignoreCase: true },
  { what: "value of a secret's name", pattern: String.raw`(\b${name}\s*[=:]\s*)[^\s"'\\&,;)}\]*][^\s"'\\&,;)}\]]*`, ignoreCase: true },
  { what: "secret in an address's query", pattern: String.raw`([?&](?:code|key|sig|signature|auth|otp|state|ticket)=)[^&\s"'\\]+`, ignoreCase: true },
  { what: "key of a payment service", pattern: String.raw`\b(?:sk|pk|rk|whsec)_(?:(?:live|test)_)?[A-Za-z0-9]{16,}` },
  { what: "key of a cloud account", pattern: String.raw`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b` },
  { what: "token of a code host", pattern: String.raw`\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})` },
  { what: "token of a chat", pattern: String.raw`\bxox[abeoprs]-[A-Za-z0-9-]{10,}` },
  { what: "web hook's address", pattern: String.raw`(\bhttps://(?:hooks\.slack\.com/(?:services|workflows)|[\w.-]+\.webhook\.office\.com|[\w.-]+\.logic\.azure\.com)/)[^\s"'\\]+`, ignoreCase: true },
];

/** What replaces a match: the first group, where there is one, and stars. `@` after an address's password is put back. */
export function replacement(mask: Mask): string {
  const keepsGroup = /\((?!\?)/.test(mask.pattern);
  return `${keepsGroup ? "$1" : ""}${masked}${mask.pattern.endsWith("(?:@)") ? "@" : ""}`;
}

/** What the collector does to a line. */
export function maskLine(line: string): string {
  return masks.reduce((text, mask) => text.replace(new RegExp(mask.pattern, mask.ignoreCase === true ? "gi" : "g"), replacement(mask)), line);
}
