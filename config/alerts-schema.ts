import { z } from "zod";
import { weekdays } from "../alerts/routing/types";
import { systemIds } from "../systems";
import { defaults } from "./defaults";
import { choice, decimal, documented, flag, text, wholeNumber } from "./fields";
import { checkClock, checkEmail, checkRunbookUrl, checkSmarthost, checkTimeZone } from "./texts";

/** The keys of `stackbook:alerts`: who is told, by what way, and when not. */

const { alerts } = defaults;

/** Also the name of the secret, of a receiver and of a file. */
const channelName = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/);
const nameForm = "names of small letters, digits and -, at most 31, beginning with a letter";

const email = z.strictObject({
  kind: z.literal("email"),
  to: documented(z.array(text(checkEmail, { about: "An address", allowed: "an e-mail address", example: "ops@example.org" })).min(1).max(50), {
    type: "list of text",
    allowed: "a list of e-mail addresses",
    about: "E-mail: whom to write to",
    example: "[ops@example.org]",
  }),
  from: text(checkEmail, { about: "E-mail: the sender's address", allowed: "an e-mail address", example: "alerts@example.org" }),
  smarthost: text(checkSmarthost, { about: "E-mail: the mail server and its port; 465 speaks TLS from the start, others by STARTTLS", allowed: "host:port", example: "smtp.example.org:587" }),
  username: text((value) => value.trim() !== "" && value.length <= 200 && !/\p{Cc}/u.test(value), {
    about: "E-mail: who signs in at the mail server, with the stack secret `alerts:<name>` as password",
    allowed: "text of at most 200 characters",
    example: "alerts@example.org",
    default: "none: no signing in",
  }).optional(),
  requireTls: flag({ about: "E-mail: false sends in the clear where the server speaks no TLS", example: "false", default: String(alerts.requireTls) }).optional(),
});

const slack = z.strictObject({
  kind: z.literal("slack"),
  channel: text((value) => /^[#@]?[\p{L}\p{N}._-]{1,80}$/u.test(value), {
    about: "Slack: the channel, in quotes; newer web hooks have one of their own, and ignore it",
    allowed: "a channel's name, such as '#sms-alerts'",
    example: "'#sms-alerts'",
    default: "the web hook's own",
  }).optional(),
});

const channels = documented(
  z.record(
    channelName,
    documented(z.discriminatedUnion("kind", [email, slack, z.strictObject({ kind: z.literal("teams") }), z.strictObject({ kind: z.literal("webhook") }), z.strictObject({ kind: z.literal("pagerduty") })]), {
      type: "map",
      allowed: "{ kind: email, to: [...], from: ..., smarthost: ... }, or { kind: slack }, { kind: teams }, { kind: webhook } or { kind: pagerduty } with the stack secret `alerts:<name>`",
      about: "One way to reach people. All but e-mail take their address (PagerDuty: its routing key) from the stack secret `alerts:<name>`",
      example: "{ kind: slack }",
    }),
  ),
  { type: "map", allowed: `channels by name; ${nameForm}`, about: "The ways to reach people, by names of your own", example: "{ ops: { kind: slack } }", default: "none: alerts show in Alertmanager only" },
);

const names = (about: string, fallback: string) =>
  documented(z.array(text((value) => value !== "", { about: "A channel", allowed: "a name under alerts.channels", example: "ops" })).max(50), {
    type: "list of text",
    allowed: "a list of names under alerts.channels",
    about,
    example: "[ops]",
    default: fallback,
  }).optional();

const systemRoute = z
  .strictObject({
    page: names("Who is told of what wakes people up, of this system", "`alerts.routes.page`"),
    ticket: names("Who is told of what waits for working hours, of this system", "`alerts.routes.ticket`"),
  })
  .optional();

const list = <const T extends readonly [string, ...string[]]>(values: T, about: string, example: string, fallback?: string) =>
  documented(z.array(choice(values, { about: "", example: values[0] })).min(1).max(values.length), { type: "list of text", allowed: `a list of ${values.join(", ")}`, about, example, ...(fallback === undefined ? {} : { default: fallback }) });

const clock = (about: string, example: string, fallback?: string) =>
  text(checkClock, { about, example, allowed: "a time of day in quotes, '00:00'-'23:59'", ...(fallback === undefined ? {} : { default: fallback }) });

const maintenance = documented(
  z.record(
    channelName,
    z.preprocess(
      (value) => (value === "false" ? false : value),
      z.union([
        z.literal(false),
        z.strictObject({
          systems: documented(z.union([z.literal("all"), z.array(choice(systemIds, { about: "A system", example: "fetms" })).min(1).max(systemIds.length)]), {
            type: "list of text, or all",
            allowed: `a list of ${systemIds.join(", ")}, or all`,
            about: "Whose alerts wait; `all`: the stack's own too",
            example: "[fetms]",
          }),
          days: list(weekdays, "Days on which the window begins", "[sunday]"),
          from: clock("When it begins; later than `to`: over midnight", "'02:00'"),
          to: clock("When it ends", "'04:00'"),
          timeZone: text(checkTimeZone, { about: "Time zone of the two", allowed: "an IANA time zone, such as Europe/Berlin or UTC", example: "Europe/Berlin", default: "`monitoring.timeZone`" }).optional(),
        }),
      ]),
    ),
  ),
  {
    type: "map",
    allowed: `windows by name, { systems, days, from, to }, or false for none of that name; ${nameForm}`,
    about: "Weekly windows in which alerts of systems wait until the end, those of security apart",
    example: "{ patches: { systems: all, days: [tuesday], from: '22:00', to: '23:30' } }",
    default: "`fetms-sunday`, its runbook's: Sunday 02:00-04:00",
  },
);

const threshold = (severity: string) =>
  decimal(0, 1e15, { about: `Threshold of the alert \`<name>\` as a ${severity}, in its unit, in place of the runbook's`, allowed: "0 or more", example: "5", default: "the runbook's" }).optional();
const ofSystem = z.record(z.string(), z.strictObject({ page: threshold("page"), ticket: threshold("ticket"), digest: threshold("line in the daily report") })).optional();

const expectedLoad = documented(
  z.preprocess(
    (value) => (value === "false" ? false : value),
    z.union([
      z.literal(false),
      z.strictObject({
        days: list(weekdays, "Days on which people work with SMS", "[monday, tuesday, wednesday, thursday]", "Monday to Friday").optional(),
        from: clock("When they begin, in `monitoring.timeZone`", "'07:30'", "08:00").optional(),
        to: clock("When they end, on the same day", "'15:00'", "16:00").optional(),
      }),
    ]),
  ),
  {
    type: "map or false",
    allowed: "{ days, from, to }, or false for at no time",
    about: "Hours in which few requests to SMS are an alert",
    example: "{ days: [monday, tuesday], from: '07:30', to: '15:00' }",
    default: "Monday to Friday, 08:00-16:00",
  },
);

export const alertsSchema = z.strictObject({
  channels: channels.optional(),
  routes: z
    .strictObject({
      page: names("Who is told of what wakes people up", "every channel"),
      ticket: names("Who is told of what waits for working hours", "every e-mail channel; without one, all but PagerDuty"),
      digest: names("Who gets the daily report", "as `alerts.routes.ticket`, without PagerDuty"),
    })
    .optional(),
  systemRoutes: z.strictObject({ mps: systemRoute, fetms: systemRoute, memo: systemRoute, motel: systemRoute, sms: systemRoute }).optional(),
  notices: names("Who hears of deploys, rollbacks, drills, maintenance and incidents", "as `alerts.routes.ticket`, without PagerDuty"),
  escalation: z
    .strictObject({
      afterMinutes: wholeNumber(5, 1440, { about: "Minutes after which a ticket of the second rank (a P2) that is still open becomes a page", example: "30", default: String(alerts.escalationMinutes) }).optional(),
      channels: names("Who is told of that, besides `alerts.routes.page`", "nobody else"),
    })
    .optional(),
  runbookUrl: text(checkRunbookUrl, {
    about: "Where people find the pages that `npx stackbook runbook --output` writes: alerts link to `<system>.md#<alert>` below it",
    allowed: "an https:// or http:// address without ? and #",
    example: "https://git.example.org/ops/runbook/blob/main/prod",
    default: "none: alerts name the command that shows the section",
  }).optional(),
  digest: z.strictObject({ at: clock("When the daily report goes out, in `monitoring.timeZone`", "'07:30'").optional() }).optional(),
  maintenance: maintenance.optional(),
  // Only SMS's runbook has a threshold of few requests.
  expectedLoad: z.strictObject({ sms: expectedLoad.optional() }).optional(),
  thresholds: z.strictObject({ stack: ofSystem, mps: ofSystem, fetms: ofSystem, memo: ofSystem, motel: ofSystem, sms: ofSystem }).optional(),
});

export type RawAlerts = z.output<typeof alertsSchema>;
