import { edgeDirectory } from "./model";
import { script } from "./scripts";

export interface AcmeSettings {
  readonly email: string;
  readonly domains: readonly string[];
  /** The authority's directory. @default Let's Encrypt's */
  readonly directoryUrl?: string;
  /** Port that challenges are answered on; EdgeModel.acme names it. @default 8402 */
  readonly challengePort?: number;
  /** Renewed when fewer days remain, 1-365. @default 30 */
  readonly renewDays?: number;
  /** Seconds between two looks, 1-86400. @default 43200, twelve hours */
  readonly checkSeconds?: number;
  /** Seconds before the first repetition after a failure; doubled with each, up to checkSeconds. 1-86400. @default 60 */
  readonly retrySeconds?: number;
  /** @default "/var/lib/haproxy" */
  readonly directory?: string;
}

/** Let's Encrypt's production directory. */
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

/** Command of the lego container, run as the edge's user with the edge's volume. */
export function acmeCommand(): string[] {
  return ["sh", "-c", script("acme.sh")];
}

export function acmeEnvironment(settings: AcmeSettings): Record<string, string> {
  const problems = [
    ...(/^[^\s@"\\]+@[^\s@"\\]+$/.test(settings.email) ? [] : [`email is ${JSON.stringify(settings.email)}; use an address such as "ops@example.org"`]),
    ...settings.domains.flatMap((domain, i) =>
      /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(domain) ? [] : [`domains[${i}] is ${JSON.stringify(domain)}; use a host name in lower case`],
    ),
    ...(settings.directoryUrl === undefined || URL.canParse(settings.directoryUrl) ? [] : [`directoryUrl is ${JSON.stringify(settings.directoryUrl)}; use a URL`]),
    ...range("challengePort", settings.challengePort, 1024, 65535),
    ...range("renewDays", settings.renewDays, 1, 365),
    ...range("checkSeconds", settings.checkSeconds, 1, 86_400),
    ...range("retrySeconds", settings.retrySeconds, 1, 86_400),
  ];
  if (problems.length > 0) throw new Error(`edge.tls: ${problems.join("; ")}`);
  const directory = settings.directory ?? edgeDirectory;
  return {
    ACME_EMAIL: settings.email,
    ACME_DOMAINS: settings.domains.join(" "),
    ACME_DIRECTORY: settings.directoryUrl ?? letsEncrypt,
    ACME_CHALLENGE_PORT: String(settings.challengePort ?? 8402),
    ACME_RENEW_DAYS: String(settings.renewDays ?? 30),
    ACME_CHECK_SECONDS: String(settings.checkSeconds ?? 12 * 3600),
    ACME_RETRY_SECONDS: String(settings.retrySeconds ?? 60),
    EDGE_DIRECTORY: directory,
    // lego writes nothing outside the volume, whatever user it runs as.
    HOME: `${directory}/acme`,
  };
}

function range(name: string, value: number | undefined, min: number, max: number): string[] {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return [];
  return [`${name} is ${value}; use a whole number, ${min}-${max}`];
}
