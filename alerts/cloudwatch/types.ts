import type { ServiceName, SystemId } from "../../systems";
import type { AlertClass, CatalogueInput, Severity } from "../types";
import type { ExpectedLoad } from "../../systems";
import type { ThresholdOverrides } from "../routing/types";

/**
 * Where things are on AWS. `Name` is what the cloud gives and tells only once it has made it: text in a test, an output in
 * a program. Names that we give ourselves are plain.
 */
export interface Places<Name> {
  readonly edge: EdgePlaces<Name>;
  /** Of the cluster that containers run in. */
  readonly cluster: Name;
  /** ARNs. */
  readonly certificates: readonly Name[];
  /** Log group in which ECS tells what happens to containers. */
  readonly events: string;
  readonly systems: Readonly<Partial<Record<SystemId, SystemPlaces<Name>>>>;
}

export interface SystemPlaces<Name> {
  /** A service that no container serves isn't there. */
  readonly services: Readonly<Partial<Record<ServiceName, ServicePlaces<Name>>>>;
  readonly database: DatabasePlaces<Name>;
  /** Nodes, by their `CacheClusterId`; empty: it has no Redis. */
  readonly cacheNodes: readonly Name[];
}

export interface EdgePlaces<Name> {
  /** The balancer in front of it, as metrics have it: `app/<name>/<id>`, `targetgroup/<name>/<id>`. */
  readonly loadBalancer: Name;
  readonly targetGroup: Name;
  /** Of its access log. */
  readonly logGroup: Name | string;
  /** Names of ECS services. */
  readonly containers: readonly Name[];
}

export interface ServicePlaces<Name> {
  /** Names of ECS services, one for each version that stands. */
  readonly containers: readonly Name[];
}

export type DatabasePlaces<Name> =
  | {
      readonly kind: "rds";
      readonly instance: Name;
      /** As its parameters have it. */
      readonly maxConnections: number;
      readonly storageGiB: number;
      /** Instances to read from. */
      readonly replicas: readonly Name[];
      /** Log group of what it writes; absent: it isn't exported. */
      readonly logs?: Name;
    }
  | {
      readonly kind: "documentdb";
      readonly instances: readonly Name[];
      /** Log group of operations slower than 100 ms; absent: nobody writes them. */
      readonly profiler?: Name;
    };

export interface CloudWatchInput<Name> extends CatalogueInput {
  readonly stack: string;
  /** IANA; of `expectedLoad` hours. */
  readonly timeZone: string;
  /** In place of the catalogue's hours; false: at no time. */
  readonly expectedLoad?: Readonly<Partial<Record<SystemId, ExpectedLoad | false>>>;
  readonly escalationMinutes: number;
  readonly thresholds: ThresholdOverrides;
  /** Where the runbook's pages lie; absent: alarms name the command that shows them. */
  readonly runbookUrl?: string;
  readonly places: Places<Name>;
}

export interface Query<Name> {
  readonly id: string;
  readonly returnData: boolean;
  readonly expression?: string;
  readonly label?: string;
  readonly metric?: {
    readonly namespace: string;
    readonly metricName: string;
    /** Seconds. */
    readonly period: number;
    /** `Sum`, `Maximum`, `p95`, `PR(:0.5)`. */
    readonly stat: string;
    readonly dimensions: Readonly<Record<string, Name | string>>;
  };
}

/** What both kinds of alarm say of themselves. */
export interface AlarmFacts {
  /** Unique in the stack's region: `prod-motel-error-rate-page-backend`. */
  readonly name: string;
  /** At most 1,024 characters: what is wrong, what to run, where the runbook has it. */
  readonly description: string;
  readonly alert: string;
  readonly system: SystemId | "stack";
  readonly severity: Severity;
  readonly class: AlertClass;
  readonly topic: string;
  /** Service or part, where one row makes several alarms. */
  readonly part?: string;
}

export interface MetricAlarm<Name> extends AlarmFacts {
  readonly queries: readonly Query<Name>[];
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  /** In the unit of the row's limit. */
  readonly threshold: number;
  /** Of so many periods, all. */
  readonly evaluationPeriods: number;
  readonly missing: "breaching" | "notBreaching";
}

/** On when its rule holds, of the states of other alarms. */
export interface CompositeAlarm extends AlarmFacts {
  readonly rule: string;
  /** Names of the alarms that the rule speaks of. */
  readonly of: readonly string[];
}

/** Counts lines of a log. */
export interface LogFilter<Name> {
  readonly name: string;
  readonly logGroup: Name | string;
  /** Put together: the middle may be known only when it is made. */
  readonly pattern: readonly (Name | string)[];
  readonly namespace: string;
  readonly metricName: string;
  /** What a line counts for: a number, or one of its fields. */
  readonly value: string;
  /** Fields of a line that tell figures apart. */
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** A row that CloudWatch doesn't judge here, and why. */
export interface Unjudged {
  readonly system: SystemId | "stack";
  readonly alert: string;
  readonly why: string;
}

export interface CloudWatchAlarms<Name> {
  readonly alarms: readonly MetricAlarm<Name>[];
  readonly composites: readonly CompositeAlarm[];
  readonly filters: readonly LogFilter<Name>[];
  readonly unjudged: readonly Unjudged[];
  /** Alarms that tell somebody, by severity: what is explained by something worse does so through its composite alone. */
  readonly telling: Readonly<Record<Severity, readonly string[]>>;
}
