import { machine, person, rowsOf } from "./rows";

const production = "Production Checklist";
const security = "Regular Security Tasks";

/** fetms.md: Alerts Configuration (daily review), Regular Security Tasks, Maintenance Windows, Production Checklist. */
export const fetms = rowsOf("fetms", [
  { id: "health", list: "daily", section: "Health Checks", title: "Health", assumed: true, done: machine("health") },
  { id: "containers", list: "daily", section: "Health Checks", title: "Containers", assumed: true, done: machine("containers") },
  { id: "database", list: "daily", section: "Health Checks", title: "Connection to MongoDB", assumed: true, done: machine("database") },
  { id: "response-times", list: "daily", section: "Key Metrics to Monitor", title: "Response times", assumed: true, done: machine("responseTimes") },
  { id: "errors", list: "daily", section: "Key Metrics to Monitor", title: "Errors", assumed: true, done: machine("errors") },
  { id: "resources", list: "daily", section: "Key Metrics to Monitor", title: "Use of resources", assumed: true, done: machine("resources") },
  { id: "backup", list: "daily", section: "Automated Backup Strategy", title: "Backup was made", assumed: true, done: machine("backupDone") },
  { id: "traffic", list: "daily", section: "Alerts Configuration", title: "Unusual traffic", done: machine("traffic") },
  { id: "failed-logins", list: "daily", section: "Alerts Configuration", title: "Failed logins", done: machine("failedLogins") },
  { id: "deprecated-calls", list: "daily", section: "Alerts Configuration", title: "Deprecated routes in use", done: machine("deprecatedCalls") },

  { id: "access-logs", list: "weekly", section: security, title: "Access logs", done: person("Is nothing suspicious among the addresses and paths of this week's access log?", "traffic", "rateLimits", "errors") },
  { id: "failed-authentication", list: "weekly", section: security, title: "Failed authentication", done: machine("failedLogins") },
  { id: "api-usage", list: "weekly", section: security, title: "Unusual use of the API", done: machine("traffic") },
  { id: "database-maintenance", list: "weekly", on: "Sunday", section: "Recommended Schedule", title: "Database maintenance", done: machine("slowQueries") },

  { id: "dependencies", list: "monthly", on: "first Sunday", section: security, title: "Dependencies", done: person("Were dependencies updated and known weaknesses fixed (npm audit)?") },
  { id: "keys", list: "monthly", section: security, title: "API keys", done: person("Are keys reviewed, and those that are due rotated (npx stackbook rotate)?", "secretAges") },
  { id: "mongodb-updates", list: "monthly", section: security, title: "Security updates of MongoDB", done: machine("imageUpdates") },

  {
    id: "security-audit", list: "quarterly", section: security, title: "Security audit",
    done: person("Was everything that the checks can't see audited too: input validation, error messages, what logs say of people?", "policies", "webSecurity", "isolation", "secretAges"),
  },
  { id: "penetration-test", list: "quarterly", section: security, title: "Penetration test", done: person("Was it done, and is what it found repaired?") },
  { id: "security-policies", list: "quarterly", section: security, title: "Security policies", done: person("Were the policies reviewed and brought up to date?", "policies") },
  { id: "web-security", list: "quarterly", section: production, title: "HTTPS, CORS, headers", assumed: true, done: machine("webSecurity") },
  { id: "rules", list: "quarterly", section: production, title: "Authentication, limits, secrets, as rules of the stack", assumed: true, done: machine("policies") },
  { id: "isolation", list: "quarterly", section: production, title: "Who reaches MongoDB", assumed: true, done: machine("isolation") },
]);
