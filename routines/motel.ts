import { machine, person, rowsOf } from "./rows";

const checklist = "Security Checklist";

/** motel.md has health checks, thresholds, backups and a security checklist, and no list by date: how often is ours. */
export const motel = rowsOf("motel", [
  { id: "health", list: "daily", section: "Health Check Endpoints", title: "Health", assumed: true, done: machine("health") },
  { id: "containers", list: "daily", section: "Health Check Endpoints", title: "Containers", assumed: true, done: machine("containers") },
  { id: "response-times", list: "daily", section: "Alert Thresholds", title: "Response times", assumed: true, done: machine("responseTimes") },
  { id: "errors", list: "daily", section: "Alert Thresholds", title: "Errors", assumed: true, done: machine("errors") },
  { id: "resources", list: "daily", section: "Alert Thresholds", title: "Memory", assumed: true, done: machine("resources") },
  { id: "database", list: "daily", section: "Database Connection Issues", title: "Connection to PostgreSQL", assumed: true, done: machine("database") },
  { id: "backup", list: "daily", section: "Database Backup", title: "Backup was made", done: machine("backupDone") },

  { id: "activity", list: "weekly", section: "Prometheus Metrics", title: "Suites, tasks, connections", assumed: true, done: machine("activity") },
  { id: "slow-queries", list: "weekly", section: "Database Connection Issues", title: "Slow statements", assumed: true, done: machine("slowQueries") },
  { id: "restore", list: "weekly", section: "Database Restore", title: "Restore of a backup", assumed: true, done: machine("drill") },

  { id: "images", list: "monthly", section: checklist, title: "Security updates", assumed: true, done: machine("imageUpdates") },
  { id: "capacity", list: "monthly", section: "Database Backup", title: "Capacity", assumed: true, done: machine("capacity") },
  { id: "statistics", list: "monthly", section: "Database Connection Issues", title: "Statistics of the database", assumed: true, done: machine("tableStatistics") },
  { id: "jwt", list: "monthly", section: "JWT Token Rotation", title: "JWT secret", assumed: true, done: person("Is the JWT secret young enough, or was it rotated (npx stackbook rotate motel jwt; it logs everybody out)?", "secretAges") },

  { id: "rules", list: "quarterly", section: checklist, title: "Passwords, JWT secret, limits, as rules of the stack", assumed: true, done: machine("policies") },
  { id: "web-security", list: "quarterly", section: checklist, title: "HTTPS, CORS, rate limits", assumed: true, done: machine("webSecurity") },
  { id: "isolation", list: "quarterly", section: checklist, title: "Who reaches the database", assumed: true, done: machine("isolation") },
  { id: "audit-log", list: "quarterly", section: checklist, title: "Audit log", assumed: true, done: person("Does the application write down who did what, and did somebody look at it?") },
  { id: "benchmark", list: "quarterly", section: "Alert Thresholds", title: "Performance against the baseline", assumed: true, done: machine("baseline") },
]);
