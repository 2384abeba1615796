import type { SystemSpec } from "../../systems";

/** What people notice of an exchange. */

/** @param exchanged names of all that are exchanged at once */
export function endOfSessions({ runbook, secrets, title }: SystemSpec, name: string, exchanged: readonly string[]): string {
  const refresh = secrets.find((secret) => /refresh/i.test(secret.name))?.name;
  const isAccessAlone = refresh !== undefined && name !== refresh && !exchanged.includes(refresh);
  if (isAccessAlone) return `${title}: access tokens end; whoever has a refresh token gets a new one by it, and stays signed in`;
  return `${title}: every session ends, and everybody signs in again: the application takes one ${refresh === undefined ? "key" : "key of each kind"} (${runbook})`;
}

export const endOfEncrypted = ({ title }: SystemSpec, name: string): string =>
  `${title}: what the application itself encrypted with ${name} is opened by the earlier key alone, which \`npm run -s credentials\` goes on showing under "earlier"`;

/** How a person exchanges a secret that a person gave. */
export function byHand(full: string, stack: string): string {
  const [namespace = "", key = ""] = full.split(":");
  const set = `pulumi config set --secret ${full} --stack ${stack}`;
  if (namespace === "edge") return `a new key and certificate from whoever signs yours: ${set} < file.pem (edge:certificate and edge:privateKey together)`;
  if (namespace === "alerts") return `a new one from the channel's provider, the old one revoked there: ${set}`;
  if (namespace === "backups" && /\.(accessKeyId|secretAccessKey)$/.test(key)) return `a new pair from the store's provider, the old one revoked there once the update is through: ${set}`;
  if (namespace === "backups") return `the generation after it is made here; to give your own, raise backups.encryption.generation by hand and set it with: ${set.replace(/\d+(?= --stack)/, (n) => String(Number(n) + 1))}`;
  if (/^[A-Z]/.test(key)) return `a new one from whoever issued it, the old one revoked there: ${set}`;
  return `openssl rand -hex 48 | ${set}`;
}
