import type { Rule } from "../rule";
import type { StackRule } from "../stackRule";
import { backedUp } from "./backedUp";
import { bucketPrivate } from "./bucketPrivate";
import { healthcheck } from "./healthcheck";
import { hostFolders } from "./hostFolders";
import { hostVolumes } from "./hostVolumes";
import { imagePinned } from "./imagePinned";
import { limits } from "./limits";
import { noPlainSecret } from "./noPlainSecret";
import { noPrivilege } from "./noPrivilege";
import { noRoot } from "./noRoot";
import { readOnlyRoot } from "./readOnlyRoot";
import { storePrivate } from "./storePrivate";

export const rules: readonly Rule[] = [bucketPrivate, healthcheck, hostFolders, hostVolumes, imagePinned, limits, noPlainSecret, noPrivilege, noRoot, readOnlyRoot, storePrivate];

/** Of a stack as a whole. */
export const stackRules: readonly StackRule[] = [backedUp];
