/** Names under which people keep secrets: the last words of `DB_PASSWORD`, `jwtSecret`, `api-key`. */
const words = /(^|[^a-z])(passwords?|passwd|passphrase|secrets?|tokens?|credentials?)$|(private|api|access|encryption|signing|routing|pass)key$/;

/** Where the name goes on after the secret's word, it is about one: a file, a name, an age. */
export function namesSecret(name: string): boolean {
  const plain = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  const letters = plain.replace(/[^a-z]/g, "_").replace(/_+$/, "");
  return words.test(letters) || words.test(letters.replaceAll("_", ""));
}

export const isJwt = (name: string): boolean => /jwt/i.test(name) && namesSecret(name);

/** A value that tells nothing: a reference that something else fills in, or none. */
export function isReference(value: string): boolean {
  return value === "" || /^\$\{?[A-Za-z_(]/.test(value) || /^(arn:aws:(secretsmanager|ssm|kms):|\/[\w./-]+$|file:)/.test(value);
}
