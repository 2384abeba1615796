import { machine, person, rowsOf } from "./rows";

const morning = "Morning Checklist";
const weekly = "Weekly Tasks (30 minutes)";
const monthly = "Monthly Tasks (2 hours)";
const compliance = "Compliance Checks";
const access = "Access Control";

/** sms.md: Daily Health Checks, Routine Maintenance, Access Control, Compliance Checks. */
export const sms = rowsOf("sms", [
  { id: "containers", list: "daily", section: morning, title: "1. Containers", done: machine("containers") },
  { id: "health", list: "daily", section: morning, title: "2. Health address", done: machine("health") },
  { id: "response-times", list: "daily", section: morning, title: "3. Response times", done: machine("responseTimes") },
  { id: "errors", list: "daily", section: morning, title: "3. Errors", done: machine("errors") },
  { id: "resources", list: "daily", section: morning, title: "3. CPU and memory", done: machine("resources") },
  { id: "database", list: "daily", section: morning, title: "4. Connection to PostgreSQL", done: machine("database") },
  { id: "backup", list: "daily", section: morning, title: "5. Backup was made", done: machine("backupDone") },

  { id: "trends", list: "weekly", on: "Monday", section: weekly, title: "Dashboards: trends", done: machine("objectives") },
  { id: "disk", list: "weekly", on: "Monday", section: weekly, title: "Disk space", done: machine("disk") },
  { id: "alerts", list: "weekly", on: "Monday", section: weekly, title: "History of alerts", done: machine("alertHistory") },
  { id: "backup-whole", list: "weekly", on: "Monday", section: weekly, title: "Backup is whole", done: machine("backupWhole") },
  { id: "restore", list: "weekly", on: "Monday", section: weekly, title: "Restore of a backup", done: machine("drill") },
  { id: "patches", list: "weekly", on: "Monday", section: weekly, title: "Security patches", done: machine("hostPackages") },
  { id: "report", list: "weekly", on: "Friday", section: weekly, title: "Weekly report", done: machine("weeklyReport") },
  { id: "activity", list: "weekly", on: "Friday", section: weekly, title: "Users' activity", done: machine("activity") },
  { id: "logs", list: "weekly", on: "Friday", section: weekly, title: "Logs older than 30 days are gone", done: machine("logFiles") },
  { id: "images", list: "weekly", on: "Friday", section: weekly, title: "Updates of images", done: machine("imageUpdates") },
  { id: "tickets", list: "weekly", on: "Friday", section: weekly, title: "Alerts that are not critical", done: person("Is each ticket and digest alert of this week dealt with, or does somebody have it?", "alertHistory") },
  { id: "administrators", list: "weekly", section: access, title: "What administrators did", done: person("Are the administrators' entries in the audit log explained?", "activity") },

  { id: "health-audit", list: "monthly", on: "first Monday", section: monthly, title: "Health of the whole system", done: machine("objectives") },
  { id: "vacuum", list: "monthly", on: "first Monday", section: monthly, title: "VACUUM ANALYZE", done: machine("vacuum") },
  { id: "keys", list: "monthly", on: "first Monday", section: monthly, title: "Encryption keys", done: person("Are the keys reviewed, and rotated where they are due (npx stackbook rotate sms backup-key)?", "secretAges") },
  { id: "backup-kept", list: "monthly", on: "first Monday", section: monthly, title: "Old backups", done: machine("backupKept") },
  { id: "baseline", list: "monthly", on: "first Monday", section: monthly, title: "Performance baseline", done: machine("baselineUpdate") },
  { id: "capacity", list: "monthly", on: "first Monday", section: monthly, title: "Capacity", done: machine("capacity") },
  { id: "passwords", list: "monthly", section: access, title: "Administrators' passwords", done: person("Were the administrators' passwords changed?", "secretAges") },
  { id: "api-keys", list: "monthly", section: access, title: "Use of API keys", done: person("Is the use of each API key explained?", "rateLimits") },
  { id: "unauthorized-access", list: "monthly", section: compliance, title: "Access without a right", done: person("Does the audit log show no access without a right?", "failedLogins") },
  { id: "key-rotation", list: "monthly", section: compliance, title: "Keys were rotated", done: machine("secretAges") },
  { id: "data-retention", list: "monthly", section: compliance, title: "Retention of personal data (GDPR)", done: person("Is personal data whose time is over deleted?", "backupKept", "logFiles") },
  { id: "backup-whole", list: "monthly", section: compliance, title: "Backup is whole", done: machine("backupWhole") },

  { id: "unused-keys", list: "quarterly", section: access, title: "Unused API keys", done: person("Are API keys that nobody uses revoked?") },
  { id: "runbook", list: "quarterly", section: "Contact Information", title: "Runbook", done: person("Does the runbook still say what people do, and are its contacts right (npx stackbook runbook)?") },
  { id: "benchmark", list: "quarterly", section: "Current Production Baseline (Feb 1, 2026)", title: "Performance against the baseline", assumed: true, done: machine("baseline") },
]);
