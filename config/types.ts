import type { AlertsConfig } from "../alerts/routing/types";
import type { RetentionTable } from "../backups/retention";
import type { RestoreRequest } from "../backups/protocol";
import type { DrillCheck, Weekday } from "../backups/settings";
import type { BackupInterval, ServiceName, SmokeFlow, SystemSpec } from "../systems";
import type { Contacts } from "../systems/contacts";
import type { Rotations } from "./rotations";

/** A stack's configuration, parsed, checked and complete: nothing downstream reads raw config. */
export interface StackConfig {
  readonly environment: Environment;
  readonly stack: string;
  readonly platform: Platform;
  /** `unix:///...`, `tcp://...` or `ssh://user@host[:port]`; absent: `DOCKER_HOST`, or the local socket. */
  readonly host?: string;
  /** Where `platform` is kubernetes. */
  readonly kubernetes?: KubernetesConfig;
  /** Where `platform` is aws. */
  readonly aws?: AwsConfig;
  /** Host name under which the systems answer, `<system>.<domain>`; `localhost` in dev. */
  readonly domain: string;
  readonly contact?: string;
  readonly contacts: Contacts;
  readonly tags: Readonly<Record<string, string>>;
  readonly edge: EdgeConfig;
  /** In the order of the catalogue, with the catalogue's values where the stack file has none. */
  readonly systems: SystemConfig[];
  readonly images: Readonly<Partial<Record<LogicalImage, string>>>;
  /** Ever true only in dev. */
  readonly demo: { readonly seed: boolean; readonly traffic: boolean };
  readonly protectData: boolean;
  readonly monitoring: MonitoringConfig;
  readonly alerts: AlertsConfig;
  readonly backups: BackupsConfig;
  /** Of all systems at once, and of the stack's own alerts. */
  readonly maintenance: readonly MaintenancePeriod[];
  /** The stack file's own keys as they were given, `stackbook:systems` and so on: what a backup holds to start from again. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Number of the last update that a command of ours made, as the file has it. */
  readonly sequence: number;
  /** The one commit whose program may update the stack. */
  readonly pinned?: string;
}

export interface KubernetesConfig {
  /** How the nodes log in to registries; absent: they need not, or know by themselves. */
  readonly pullSecret?: SecretRef;
  /** A file; absent: `KUBECONFIG`, or `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Absent: the file's current one. */
  readonly context?: string;
  /** Namespaces are `<prefix>-<system>` and `<prefix>-edge`. */
  readonly namespacePrefix: string;
  /** Absent: the cluster's default. */
  readonly storageClass?: string;
  readonly clusterDomain: string;
  readonly edge: { readonly replicas: number; /** Of the LoadBalancer Service. */ readonly annotations: Readonly<Record<string, string>> };
}

export interface AwsConfig {
  readonly region: string;
  /** Absent: whichever the login is for. */
  readonly account?: string;
  readonly zones: readonly string[];
  /** Of names; unique in its account and region. */
  readonly namePrefix: string;
  readonly vpcCidr: string;
  readonly nat: "none" | "one" | "perZone";
  /** ARN; absent: one is asked for, and confirmed in `hostedZone`. */
  readonly certificate?: string;
  /** Id; absent: names are set by somebody else. */
  readonly hostedZone?: string;
  /** Of Docker Hub, in ECR. */
  readonly mirror?: string;
  readonly multiAz: boolean;
  /** Of AWS's own snapshots. */
  readonly backupDays: number;
  readonly classes: { readonly postgres: string; readonly mongodb: string; readonly redis: string };
  readonly edge: { readonly replicas: number };
  /** Channels of `alerts.channels` that are rooms. */
  readonly chats: Readonly<Record<string, AwsChat>>;
  /** US dollars a month; absent: no budget. */
  readonly monthlyUsd?: number;
}

/** A room, by the ids that Amazon Q Developer (Chatbot) knows it by: Slack's, or Teams'. */
export type AwsChat = { readonly workspace: string; readonly channel: string } | { readonly tenant: string; readonly team: string; readonly channel: string };

export interface BackupsConfig {
  /** False: nothing of it runs. */
  readonly enabled: boolean;
  readonly stores: readonly BackupStore[];
  readonly encryption: BackupEncryption;
  /** Weekly, in `monitoring.timeZone`. */
  readonly drill: { readonly enabled: boolean; readonly day: Weekday; readonly at: string };
}

export type BackupStore =
  /** On a volume of its own, or a folder of the engine's host. */
  | { readonly kind: "directory"; readonly name: string; readonly hostPath?: string }
  | {
      readonly kind: "s3";
      readonly name: string;
      readonly bucket: string;
      readonly region: string;
      readonly endpoint?: string;
      readonly prefix: string;
      readonly pathStyle: boolean;
      readonly lifecycle: boolean;
      /** Absent: the host's role. */
      readonly credentials?: { readonly accessKeyId: SecretRef; readonly secretAccessKey: SecretRef };
    };

export type BackupEncryption =
  | { readonly kind: "symmetric"; readonly generation: number; /** By generation; the others are generated. */ readonly given: Readonly<Record<number, SecretRef>> }
  | { readonly kind: "publicKey"; readonly publicKey: string; readonly fingerprint: string };

export interface MonitoringConfig {
  /** False: nothing of it exists. */
  readonly enabled: boolean;
  /** IANA; of the digest, of maintenance windows and of the status page. */
  readonly timeZone: string;
  /** How often metrics are read, and rules are looked at. */
  readonly scrapeSeconds: number;
  /** Whichever comes first. */
  readonly metrics: { readonly retentionDays: number; readonly maxSizeGiB: number };
  readonly logs: {
    readonly enabled: boolean;
    /** Where the engine keeps its containers' logs, on its host. */
    readonly hostDirectory: string;
    readonly retentionDays: Readonly<Record<LogStream, number>>;
  };
  /** Grafana. */
  readonly dashboards: { readonly enabled: boolean };
  /** Prometheus and Alertmanager through the edge, behind the operators' password. */
  readonly operatorPages: boolean;
  readonly statusPage: { readonly enabled: boolean; readonly title: string };
  readonly rotations?: Rotations;
}

export type LogStream = "application" | "system" | "audit" | "backup";

export type Environment = "dev" | "staging" | "prod";
export type Platform = "docker" | "kubernetes" | "aws";
export type LogicalImage =
  | "postgres" | "mongodb" | "redis" | "haproxy" | "lego" | "node" | "web"
  // What watches them.
  | "prometheus" | "alertmanager" | "nodeExporter" | "blackboxExporter" | "postgresExporter" | "redisExporter" | "mongodbExporter"
  | "mtail" | "cadvisor" | "collector" | "loki" | "grafana"
  // Programs of Stackbook's own.
  | "backupPostgres" | "backupMongodb" | "statusAgent";

export interface EdgeConfig {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly bindAddress: string;
  readonly tls: TlsConfig;
  /** Per client address. */
  readonly rateLimit: RateLimit;
  /** Longest time that connections to a replaced version may take to end. */
  readonly drainSeconds: number;
  readonly blocked: readonly BlockedNetwork[];
  /** Operators' networks: what is closed for maintenance is open to them. */
  readonly bypass: readonly string[];
  readonly rotations?: Rotations;
}

/** Refused by the edge. */
export interface BlockedNetwork {
  readonly address: string;
  /** ISO 8601, UTC; absent: for good. */
  readonly until?: string | undefined;
  readonly by?: string | undefined;
  readonly why?: string | undefined;
}

/** A time at which the edge answers in a system's place. ISO 8601, UTC. */
export interface MaintenancePeriod {
  /** True: of every system. */
  readonly all: boolean;
  /** Absent: it has begun. */
  readonly from?: string | undefined;
  /** Absent: until it is taken out. */
  readonly until?: string | undefined;
  /** For visitors. */
  readonly message?: string | undefined;
  readonly by?: string | undefined;
  readonly why?: string | undefined;
}

export interface RateLimit {
  readonly requestsPerMinute: number;
}

export type TlsConfig =
  | { readonly kind: "self-signed" }
  | { readonly kind: "acme"; readonly email: string; readonly directoryUrl?: string }
  /** PEM, from the stack secrets `edge:certificate` and `edge:privateKey`. */
  | { readonly kind: "given"; readonly certificate: SecretRef; readonly privateKey: SecretRef };

export interface SystemConfig {
  readonly spec: SystemSpec;
  /** False: the containers go, data and passwords stay. */
  readonly enabled: boolean;
  readonly version: string;
  readonly slot: SlotName;
  /** A second version, in the other slot. */
  readonly beside?: BesideConfig;
  readonly domain: string;
  readonly corsOrigins: string[];
  readonly redis: boolean;
  readonly rateLimit: RateLimit;
  readonly maxBodyMiB: number;
  readonly services: Readonly<Record<ServiceName, ServiceConfig>>;
  readonly migration?: MigrationConfig;
  /** Secrets of the catalogue that the operator gave: names only, see SecretRef. */
  readonly givenSecrets: Readonly<Record<string, SecretRef>>;
  /** Absent: it is not backed up. */
  readonly backups?: SystemBackups;
  /** The stack's, and the system's own over them. */
  readonly contacts: Contacts;
  /** Done by the update, once for each id. */
  readonly restore?: SystemRestore;
  /** Critical flows, in order: the catalogue's, and the stack file's in place of them and after them. */
  readonly smoke: readonly SmokeFlow[];
  /** Counters of generated secrets, by name; absent: 0. */
  readonly rotations?: Rotations;
  /** Stopped in an emergency: nothing of it is started, changed or waited for. */
  readonly halted?: HaltedConfig;
  /** Its own, and those of all systems. */
  readonly maintenance: readonly MaintenancePeriod[];
  /** Further secret settings of the backend, by environment variable, from stack secrets `<system>:<ENV_NAME>`. */
  readonly secretSettings?: Readonly<Record<string, SecretRef>>;
}

export interface HaltedConfig {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
  readonly why?: string;
  /** Not stopped, but cut off from every network. */
  readonly isolated: boolean;
}

/** Where a version runs. Two slots let two stand beside each other. */
export type SlotName = "a" | "b";

export interface MigrationConfig {
  readonly command: string[];
  /** It takes from the version before what that needs. Said of the newer version, where there are two. */
  readonly irreversible: boolean;
}

/** A version beside another: its images, and how many it serves. All else is its system's. */
export interface BesideConfig {
  readonly version: string;
  readonly slot: SlotName;
  /** Visitors out of a hundred, 0-100; 0 keeps it warm. The system's own version has the others. */
  readonly percent: number;
  readonly images: Readonly<Record<ServiceName, ImageSource>>;
  readonly migration?: MigrationConfig;
}

export interface SystemBackups {
  /** In `monitoring.timeZone`. */
  readonly at: string;
  readonly everyHours: BackupInterval;
  readonly retention: RetentionTable;
  readonly drillChecks: readonly DrillCheck[];
}

export type SystemRestore = RestoreRequest;

export interface ServiceConfig {
  readonly image: ImageSource;
  readonly replicas: number;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Plain settings, over the catalogue's. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Where a secret is, never what it is: `new pulumi.Config(namespace).requireSecret(key)`. */
export interface SecretRef {
  readonly namespace: string;
  readonly key: string;
}

export type ImageSource =
  | { readonly kind: "reference-app" }
  | { readonly kind: "registry"; readonly reference: string }
  | { readonly kind: "build"; readonly context: string; readonly dockerfile?: string; readonly args: Readonly<Record<string, string>> };
