import type { CheckId } from "../../../routines";
import { alertDelivery, alertHistory } from "./alerts";
import { errors, health, kept, responseTimes } from "./answers";
import { backupDone, backupKept, backupWhole, drill } from "./backups";
import { baselineCheck, baselineUpdate } from "./baseline";
import { capacity, database, slowQueries, tableStatistics, vacuum } from "./databases";
import type { Check } from "./finding";
import { errorLog, logFiles, logGrowth } from "./logs";
import { disk, resources } from "./resources";
import { containers, drift, policies } from "./running";
import { certificate, failedLogins, isolation, rateLimits, secretAges, webSecurity } from "./security";
import { activity, deprecatedCalls, traffic } from "./traffic";
import { hostPackages, imageUpdates } from "./updates";
import { weeklyReport } from "./weeklyReport";

/** What is behind each name of a list. */
export const checks: Readonly<Record<CheckId, Check>> = {
  containers, health, responseTimes, errors, errorLog, resources, disk, database, slowQueries, vacuum, tableStatistics,
  backupDone, backupWhole, backupKept, drill, certificate, drift, policies, imageUpdates, hostPackages, logFiles, logGrowth, capacity,
  alertHistory, alertDelivery, failedLogins, traffic, deprecatedCalls, rateLimits, webSecurity, isolation, secretAges, activity,
  objectives: kept, baseline: baselineCheck, baselineUpdate, weeklyReport,
};

export type { Check } from "./finding";
