import { fetms } from "./fetms";
import { memo } from "./memo";
import { motel } from "./motel";
import { mps } from "./mps";
import { sms } from "./sms";
import type { SystemId, SystemSpec } from "./types";

export * from "./smoke";
export * from "./types";

/** The catalogue, in the order in which everything lists the systems. */
export const systems: Readonly<Record<SystemId, SystemSpec>> = { mps, fetms, memo, motel, sms };

export const systemIds = ["mps", "fetms", "memo", "motel", "sms"] as const satisfies readonly SystemId[];
