/** What is a secret, and whether it is a strong one. Nothing here ever returns a value. */

const secretWords = new Set(["password", "passwd", "passphrase", "pass", "pwd", "secret", "secrets", "token", "tokens", "key", "keys", "apikey", "credential", "credentials"]);

/** `TOKEN_TTL`, `ACCESS_KEY_ID`, `PASSWORD_MIN_LENGTH`: about a secret, not a secret. */
const aboutWords = new Set(
  "in expiry expires expiration ttl length min max size url uri issuer audience algorithm alg header cookie name id enabled required days hours minutes seconds ms rounds policy prefix type count limit".split(" "),
);

/** True for a name that says "secret": PASSWORD, DB_PASSWORD, apiToken, STRIPE_KEY. */
export function looksLikeSecret(name: string): boolean {
  const words = environmentNameOf(name).toLowerCase().split("_");
  if (!words.some((word) => secretWords.has(word) || /(?:password|secret|apikey)$/.test(word))) return false;
  if (aboutWords.has(words.at(-1) ?? "")) return false;
  // Whatever is built into a page for every browser is no secret, unless it says so itself.
  const isPublic = words.includes("public") || words.includes("publishable") || words[0] === "vite";
  return !isPublic || words.includes("secret") || words.includes("password");
}

/** True for text that carries a password whatever its name: a URL with one, or a private key. */
export function carriesSecret(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/@]*:[^\s/@]+@/i.test(value) || /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value);
}

/** `jwtSecret` -> `JWT_SECRET`. */
export function environmentNameOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9_]+/g, "_")
    .toUpperCase();
}

const guessable =
  /changeme|change[-_ ]?this|please[-_ ]?change|replace[-_ ]?me|password|passw0rd|passwort|secret|admin|default|example|sample|dummy|placeholder|test|letmein|qwertz?u?i?o?p?|asdfg?h?j?k?l?|welcome|your|jwt|key|token|12345\d*|abcdef?g?|todo|xxx+/gi;

/**
 * Why a secret is weak, or undefined. The reasons say nothing of the value, not even its length.
 * @param minLength characters; 0 for secrets whose length others decide, such as a service's API token
 */
export function weakness(value: string, minLength: number): string | undefined {
  if (value.trim() === "") return "empty";
  if (value.length < minLength) return `shorter than ${minLength} characters`;
  if (new Set(value).size === 1) return "one character repeated";
  if (guessed(value, minLength)) return "made of words that are guessed first";
  if (minLength === 0) return undefined;
  if (isRepetition(value)) return "one part repeated";
  if (isRun(value)) return "a run of neighbouring letters or digits";
  // 64 random digits have 10 different characters and are strong; fewer than 8 different ones never are at 32.
  return new Set(value).size < 8 ? "made of too few different characters" : undefined;
}

function guessed(value: string, minLength: number): boolean {
  const rest = value.replace(guessable, "").replace(/[\W_]/g, "");
  return minLength === 0 ? rest === "" : rest.length < minLength / 2;
}

/** True when the text is one part written at least twice (the last time perhaps cut short). */
function isRepetition(value: string): boolean {
  const border: number[] = [0];
  for (let i = 1, length = 0; i < value.length; i++) {
    while (length > 0 && value[i] !== value[length]) length = border[length - 1] ?? 0;
    if (value[i] === value[length]) length++;
    border.push(length);
  }
  return value.length - (border.at(-1) ?? 0) <= value.length / 2;
}

/** True when most characters follow their neighbour: 0123456789abcdef. */
function isRun(value: string): boolean {
  let neighbours = 0;
  for (let i = 1; i < value.length; i++) if (Math.abs(value.charCodeAt(i) - value.charCodeAt(i - 1)) <= 1) neighbours++;
  return neighbours > value.length / 2;
}
