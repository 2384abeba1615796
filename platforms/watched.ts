import type * as pulumi from "@pulumi/pulumi";
import type { CatalogueInput } from "../alerts";
import type { ClosedTime } from "../alerts/routing/types";

/** What runs, for a platform that watches it by itself. */
export interface WatchStackArgs {
  readonly catalogue: CatalogueInput;
  /** Times at which alerts wait. */
  readonly closed: readonly ClosedTime[];
}

/** What watches a stack, whoever does it: for the stack's outputs. */
export interface Watched {
  readonly outputs: Readonly<Record<string, pulumi.Input<unknown>>>;
  /** Done when it watches. */
  readonly ready: pulumi.Resource;
  readonly credentials: Readonly<Record<string, pulumi.Input<unknown>>>;
}
