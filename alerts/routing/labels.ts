/** Labels that routing goes by, besides severity, system, class and topic of the catalogue. */

/** On the page that a ticket becomes when it stays open too long. */
export const escalatedLabel = "escalated";

/** On what is no alert: news for people, and the always-firing alert behind the dead man's switch. */
export const kindLabel = "kind";
export const watchdogKind = "watchdog";
export const newsKinds = ["deploy", "rollback", "drill", "incident", "maintenance"] as const;
export const digestKind = "digest";
