import { z } from "zod";
import { defaults } from "./defaults";
import { flag, text, wholeNumber } from "./fields";
import { monitoringRotationsSchema } from "./rotations";
import { checkHostFolder, checkTimeZone } from "./texts";
import type { LogStream } from "./types";

/** The keys of `stackbook:monitoring`. */

const { monitoring } = defaults;

const days = (stream: LogStream, about: string) =>
  wholeNumber(1, 3650, { about: `Days that ${about} are kept`, example: String(monitoring.logDays[stream]), default: String(monitoring.logDays[stream]) }).optional();

export const monitoringSchema = z.strictObject({
  enabled: flag({ about: "Metrics, alerts, dashboards, logs and the status page; false: nothing of it exists", example: "false", default: String(monitoring.enabled) }).optional(),
  timeZone: text(checkTimeZone, {
    about: "Time zone of the daily report, of maintenance windows and of the status page",
    allowed: "an IANA time zone, such as Europe/Berlin or UTC",
    example: "Europe/Berlin",
    default: monitoring.timeZone,
  }).optional(),
  scrapeSeconds: wholeNumber(5, 300, { about: "Seconds between two readings of every metric, and between two looks at every rule", example: "30", default: String(monitoring.scrapeSeconds) }).optional(),
  metrics: z
    .strictObject({
      retentionDays: wholeNumber(8, 400, {
        about: "Days that metrics are kept; a week and a day at least, as what is unusual is told from the week before",
        example: "180",
        default: `${monitoring.retentionDays("dev")} in dev, else ${monitoring.retentionDays("prod")}`,
        fix: "use 8-400: what is unusual is told from the same hour of the week before",
      }).optional(),
      maxSizeGiB: wholeNumber(1, 1000, {
        about: "Disk that metrics may take, GiB; the oldest go first",
        example: "20",
        default: `${monitoring.maxSizeGiB("dev")} in dev, else ${monitoring.maxSizeGiB("prod")}`,
      }).optional(),
    })
    .optional(),
  logs: z
    .strictObject({
      enabled: flag({ about: "Collect the logs of every container, searchable in one place", example: "false", default: String(monitoring.logs) }).optional(),
      hostDirectory: text(checkHostFolder, {
        about: "Where the engine keeps its containers' logs, on its own host",
        allowed: "an absolute path",
        example: "/data/docker/containers",
        default: monitoring.hostDirectory,
      }).optional(),
      retentionDays: z
        .strictObject({
          application: days("application", "logs of the systems"),
          system: days("system", "logs of the edge, databases and the stack's own parts"),
          audit: days("audit", "audit logs"),
          backup: days("backup", "logs of backups"),
        })
        .optional(),
    })
    .optional(),
  dashboards: z.strictObject({ enabled: flag({ about: "Grafana, with its dashboards", example: "false", default: String(monitoring.dashboards) }).optional() }).optional(),
  operatorPages: flag({
    about: "Prometheus' and Alertmanager's own pages through the edge, for operators with their password",
    example: "true",
    default: "true in dev, else false",
  }).optional(),
  statusPage: z
    .strictObject({
      enabled: flag({ about: "A public page with the state of every system, now and over 90 days", example: "false", default: String(monitoring.statusPage) }).optional(),
      title: text((value) => value.trim() !== "" && value.length <= 80 && !/\p{Cc}/u.test(value), {
        about: "What the page is headed",
        allowed: "text of at most 80 characters",
        example: "Service status",
        default: monitoring.title,
      }).optional(),
    })
    .optional(),
  rotations: monitoringRotationsSchema.optional(),
});

export type RawMonitoring = z.output<typeof monitoringSchema>;
