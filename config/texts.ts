import { isIP } from "node:net";

/** Checks of single texts: true, false, or what to do. */

export function isHostName(text: string): boolean {
  return text.length <= 253 && text.split(".").every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) && isIP(text) === 0;
}

export function checkHostName(text: string): boolean | string {
  if (isHostName(text)) return true;
  if (isHostName(text.toLowerCase())) return `use small letters: ${text.toLowerCase()}`;
  if (/^[a-z]+:\/\//i.test(text)) return "use a host name without scheme, port or path, such as example.org";
  return false;
}

export function isLocalName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

export function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  return at > 0 && at <= 64 && /^[\w.!#$%&'*+/=?^`{|}~-]+$/.test(text.slice(0, at)) && isHostName(text.slice(at + 1).toLowerCase()) && text.slice(at).includes(".");
}

export function isHttpsUrl(text: string): boolean {
  const url = parseUrl(text);
  return url?.protocol === "https:" && url.username === "" && url.password === "";
}

/** The word that says "this machine's engine" aloud, where leaving `host` out could be a slip. */
export const localHost = "local";

export function checkDockerHost(text: string): boolean | string {
  if (text === localHost) return true;
  if (text.startsWith("unix://")) return /^unix:\/\/\/[^\s\0]+$/.test(text) || "use three slashes, unix:///var/run/docker.sock";
  const url = parseUrl(text);
  if (url === undefined || !["ssh:", "tcp:"].includes(url.protocol) || url.hostname === "") return false;
  if (url.password !== "") return "leave the password out: SSH keys open the way to an engine";
  if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "") return "end it after the host or port";
  if (url.protocol === "ssh:") return url.username !== "" || "name the user, ssh://user@host";
  return url.port !== "" || "name the port, tcp://host:2376";
}

/** `*` would let every site use a visitor's session; a path is never part of an origin. */
export function checkOrigin(text: string): boolean | string {
  if (text.includes("*")) return "name each origin, https://host[:port]: `*` would let every site in";
  const url = parseUrl(text);
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) return false;
  return url.origin === text || `use ${url.origin}: an origin is scheme://host[:port], without path, default port or trailing slash`;
}

export function isIpAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** Also a Docker label and an image tag; `latest` says nothing about what runs. */
export function checkVersion(text: string): boolean | string {
  if (text.toLowerCase() === "latest") return "name the version, such as 1.4.2: `latest` is another one every day, so no update could be repeated or undone";
  return /^\w[\w.-]{0,63}$/.test(text);
}

/** An address to write to, or to write from. Braces would be a template to Alertmanager. */
export function checkEmail(text: string): boolean | string {
  return (isEmail(text) && !/[{}]/.test(text)) || (/[<>,;]/.test(text) ? "use bare addresses, such as ops@example.org, one to an item" : false);
}

/** As Alertmanager wants it: without a port it would refuse its whole configuration. */
export function checkSmarthost(text: string): boolean | string {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[^:\s/]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined) return /^[^:\s/]+$/.test(text) && isHostName(text.toLowerCase()) ? `name the port, ${text}:587` : false;
  const known = isHostName(host.toLowerCase()) || isIP(host.replace(/^\[|\]$/g, "")) !== 0;
  return known && Number(port) >= 1 && Number(port) <= 65535;
}

export function checkClock(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/** Files of time zones know one spelling; Node takes any. Abbreviations such as CET have no summer. */
export function checkTimeZone(text: string): boolean | string {
  if (text === "UTC") return true;
  if (!/^\w+(?:\/[\w+-]+)+$/.test(text)) return false;
  const known = timeZoneNamed(text);
  if (known === undefined) return false;
  if (known !== text && known.toLowerCase() === text.toLowerCase()) return `use ${known}`;
  return /^(?:[A-Z][\w+-]*\/?)+$/.test(text);
}

function timeZoneNamed(text: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

export function checkHostFolder(text: string): boolean | string {
  if (!/^\/[^\s\0:]*$/.test(text)) return false;
  return text !== "/" && !text.split("/").includes("..") ? true : "name the folder itself, without `..`, such as /var/lib/docker/containers";
}

/** A bucket's name by Amazon's rules, less those with dots side by side. */
export function checkBucket(text: string): boolean | string {
  if (text.startsWith("s3://")) return "use the bucket's name alone, without s3:// and without a path";
  return /^[a-z0-9](?:[a-z0-9-]|\.(?![.-])){1,61}[a-z0-9]$/.test(text) && isIP(text) === 0;
}

/** Address of a service that speaks S3. Whether it may be plain HTTP is the environment's business. */
export function checkStoreUrl(text: string): boolean | string {
  const url = parseUrl(text);
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) return false;
  if (url.username !== "" || url.password !== "") return "leave user and password out: keys are the stack secrets `backups:<name>.accessKeyId` and `backups:<name>.secretAccessKey`";
  return url.origin === text || `use ${url.origin}: without path or trailing slash`;
}

/** A folder of pages: its alerts' sections are put behind it. Braces would be a template to Prometheus. */
export function checkRunbookUrl(text: string): boolean | string {
  const url = parseUrl(text);
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || /[{}\s"'<>]/.test(text)) return false;
  if (url.username !== "" || url.password !== "") return "leave user and password out: everybody who gets an alert sees the link";
  if (text.includes("?") || text.includes("#")) return false;
  return text.endsWith(".md") ? "use the folder that the pages lie in, not one of them" : true;
}

export function checkPrefix(text: string): boolean | string {
  if (!/^[\w./-]{1,200}$/.test(text) || text.split("/").some((part) => part === ".." || part === ".")) return false;
  return /^\/|\/\/|\/$/.test(text) ? "use it without slash at either end, such as stackbook/prod" : true;
}

/** `latest`, or as a backup is shown: `daily/2026-11-21T020000Z`, with or without its system. */
export function checkBackupName(text: string): boolean {
  return text === "latest" || /^(?:[a-z]+\/)?(?:daily|weekly|monthly|deploy|safety)\/\d{4}-\d\d-\d\dT\d{6}Z$/.test(text);
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
