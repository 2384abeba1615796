import type * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../../systems";
import type { Tenant } from "./context";

/** An ECS service, as CloudWatch knows it. */
export interface InventoryService {
  readonly system: Tenant;
  /** `backend`, `edge` */
  readonly service: string;
  readonly slot?: string;
  readonly name: pulumi.Output<string>;
  readonly logGroup: pulumi.Output<string>;
  /** How many there should be at least. */
  readonly replicas: number;
}

/** A store, by the dimension under which CloudWatch has its figures. */
export interface InventoryStore {
  readonly system: SystemId;
  readonly kind: "postgres" | "mongodb" | "redis";
  readonly identifier: pulumi.Output<string>;
  /** How many there are under the identifier. */
  readonly nodes: number;
  /** Log group of what it writes, where it writes one. */
  readonly log?: pulumi.Output<string>;
  /** Where it has a disk of its own, which may grow. */
  readonly storageGiB?: number;
}

export interface InventoryBalancer {
  /** `app/name/1234`: LoadBalancer, and TargetGroup, in CloudWatch. */
  readonly arnSuffix: pulumi.Output<string>;
  readonly targetGroupSuffix: pulumi.Output<string>;
}

/** What was made so far and has figures and logs: who watches it looks here. */
export class Inventory {
  readonly services: InventoryService[] = [];
  readonly stores: InventoryStore[] = [];
  balancer: InventoryBalancer | undefined;
}
