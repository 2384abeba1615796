import type { Rule } from "../rule";
import { bucketPrivate } from "./bucketPrivate";
import { healthcheck } from "./healthcheck";
import { hostFolders } from "./hostFolders";
import { imagePinned } from "./imagePinned";
import { limits } from "./limits";
import { noPlainSecret } from "./noPlainSecret";
import { noPrivilege } from "./noPrivilege";
import { noRoot } from "./noRoot";
import { readOnlyRoot } from "./readOnlyRoot";
import { storePrivate } from "./storePrivate";

export const rules: readonly Rule[] = [bucketPrivate, healthcheck, hostFolders, imagePinned, limits, noPlainSecret, noPrivilege, noRoot, readOnlyRoot, storePrivate];
