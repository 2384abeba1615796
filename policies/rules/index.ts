import type { Rule, StackRule, StateRule } from "../rule";
import { alertsPresent } from "./alertsPresent";
import { alertsReceived } from "./alertsReceived";
import { backedUp } from "./backedUp";
import { backupKept } from "./backupKept";
import { backupOften } from "./backupOften";
import { bucketComplete } from "./bucketComplete";
import { bucketEncrypted } from "./bucketEncrypted";
import { bucketLifecycle } from "./bucketLifecycle";
import { bucketPrivate } from "./bucketPrivate";
import { bucketTls } from "./bucketTls";
import { bucketVersioned } from "./bucketVersioned";
import { cors } from "./cors";
import { dataProtected } from "./dataProtected";
import { drillPlanned } from "./drillPlanned";
import { drillRecent } from "./drillRecent";
import { healthcheck } from "./healthcheck";
import { hostFolders } from "./hostFolders";
import { hostVolumes } from "./hostVolumes";
import { hsts } from "./hsts";
import { httpsRedirect } from "./httpsRedirect";
import { imagePinned } from "./imagePinned";
import { jwtLength } from "./jwtLength";
import { limits } from "./limits";
import { logRetention } from "./logRetention";
import { networkClosed } from "./networkClosed";
import { noCapability } from "./noCapability";
import { noEngineSocket } from "./noEngineSocket";
import { noHostNamespace } from "./noHostNamespace";
import { noPlainSecret } from "./noPlainSecret";
import { noPrivilege } from "./noPrivilege";
import { noRoot } from "./noRoot";
import { noWeakPassword } from "./noWeakPassword";
import { rateLimit } from "./rateLimit";
import { readOnlyRoot } from "./readOnlyRoot";
import { secretAge } from "./secretAge";
import { secretMarked } from "./secretMarked";
import { storeAuthenticated } from "./storeAuthenticated";
import { storeBackedUp } from "./storeBackedUp";
import { storeEncrypted } from "./storeEncrypted";
import { storePrivate } from "./storePrivate";
import { tagged } from "./tagged";
import { tlsVersion } from "./tlsVersion";

/** Of each resource by itself: refused before it is made. */
export const rules: readonly Rule[] = [
  noPlainSecret, jwtLength, noWeakPassword,
  imagePinned, noRoot, noPrivilege, noCapability, noHostNamespace, noEngineSocket, limits, readOnlyRoot, hostFolders, hostVolumes,
  storePrivate, storeEncrypted, storeAuthenticated, storeBackedUp, networkClosed, dataProtected,
  bucketPrivate, bucketTls, bucketVersioned, bucketEncrypted, bucketLifecycle,
  tlsVersion, httpsRedirect, hsts, cors, logRetention,
];

/** Of a stack as a whole: told at the end of a preview. */
export const stackRules: readonly StackRule[] = [healthcheck, backedUp, backupKept, backupOften, drillPlanned, bucketComplete, rateLimit, alertsPresent, alertsReceived, tagged];

/** Of what only a state and its agents tell. */
export const stateRules: readonly StateRule[] = [secretMarked, secretAge, drillRecent];

/** All there are, for documentation and for whoever names one. */
export const everyRule: readonly (Rule | StackRule | StateRule)[] = [...rules, ...stackRules, ...stateRules];
