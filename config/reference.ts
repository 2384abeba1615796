import { systemIds, systems, type SettingSource } from "../systems";
import type { FieldDoc } from "./fields";
import { stackSchema } from "./schema";
import { environmentNameOf } from "./secrets";
import { isReplaceable } from "./settings";
import { anyName, docOf, step, stepsOf } from "./walk";

/** Renders docs/configuration.md from the schema and the catalogue, so that neither can say something else. */

interface Row extends FieldDoc {
  readonly path: string;
}

export function renderReference(): string {
  const all = rows(stackSchema, "");
  const section = (title: string, intro: string, belongs: (path: string) => boolean): string => `## ${title}\n\n${intro === "" ? "" : `${intro}\n\n`}${table(all.filter(({ path }) => belongs(path)))}\n`;
  const within = (prefix: string) => (path: string) => path === prefix || path.startsWith(`${prefix}.`);
  const sections = ["kubernetes", "aws", "edge", "systems", "images", "demo", "monitoring", "alerts", "backups"];
  return [
    head,
    section("The stack", "", (path) => !sections.some((name) => within(name)(path))),
    section("Kubernetes", "Under `stackbook:kubernetes`, where `platform` is kubernetes: see [kubernetes.md](kubernetes.md).", within("kubernetes")),
    section("AWS", "Under `stackbook:aws`, where `platform` is aws: see [aws.md](aws.md).", within("aws")),
    section("The edge", "Under `stackbook:edge`.", within("edge")),
    section(
      "The systems",
      `Under \`stackbook:systems\`; \`<system>\` is ${list(systemIds)}, \`<service>\` is \`backend\` or \`frontend\`. A system that is not named does not run; \`{}\` takes it as the catalogue has it. Without this key, \`dev\` runs motel.`,
      within("systems"),
    ),
    settingsSection(),
    section("Images", "Under `stackbook:images`; each has a pinned default.", within("images")),
    section("The demo", "Under `stackbook:demo`; for the reference app in dev.", within("demo")),
    section("Monitoring", "Under `stackbook:monitoring`.", within("monitoring")),
    section("Alerts", alertsIntro, within("alerts")),
    section("Backups", backupsIntro, within("backups")),
    secretsSection(),
    otherKeys,
  ].join("\n");
}

/** One system and one service stand for all: their keys are the same. */
function rows(schema: Parameters<typeof step>[0], prefix: string): Row[] {
  return stepsOf(schema).flatMap((key) => {
    const bySystem = ["systems", "alerts.systemRoutes", "alerts.thresholds", "backups.drill.checks"].includes(prefix);
    if (bySystem && key !== "motel") return [];
    const byService = ["systems.<system>.services", "systems.<system>.beside.services"].includes(prefix);
    if (byService && key !== "backend") return [];
    // What an image is made of stands where services have theirs.
    if (prefix === "systems.<system>.beside.services.<service>.image") return [];
    const shown = bySystem ? "<system>" : byService ? "<service>" : key === anyName ? "<name>" : key;
    const path = prefix === "" ? shown : `${prefix}.${shown}`;
    const inner = step(schema, key);
    const doc = inner.map(docOf).find((found) => found !== undefined);
    return [...(doc === undefined ? [] : [{ ...doc, path }]), ...inner.flatMap((each) => rows(each, path))];
  });
}

function table(entries: readonly Row[]): string {
  const lines = entries.map(({ path, type, allowed, default: fallback, example, about }) => {
    const cells = [`\`${path}\``, allowed === type || allowed.startsWith(type) ? allowed : `${type}: ${allowed}`, fallback ?? "none", `\`${example}\``, about];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| key | takes | default | example | for |", "|---|---|---|---|---|", ...lines].join("\n");
}

function settingsSection(): string {
  const replaceable = systemIds.flatMap((id) =>
    (["backend", "frontend"] as const).flatMap((service) =>
      Object.entries(systems[id].services[service].settings).flatMap(([name, source]) => {
        const fallback = replaceableDefault(source);
        return fallback === undefined ? [] : [`| ${id} | ${service} | \`${name}\` | ${fallback} |`];
      }),
    ),
  );
  return [
    "### Settings of the catalogue",
    "",
    "`settings` may add names and replace these. The other settings of the catalogue (ports, addresses of database and Redis, secrets, CORS origins) follow from the stack and are refused there, as is whatever looks like a secret: a name with PASSWORD, SECRET, TOKEN or KEY in it, an address with a password, a private key.",
    "",
    "| system | service | setting | default |",
    "|---|---|---|---|",
    ...replaceable,
    "",
  ].join("\n");
}

/** In words, where a stack file may have its own value; undefined where it may not. */
function replaceableDefault(source: SettingSource): string | undefined {
  if (!isReplaceable(source)) return undefined;
  if (source.kind === "literal") return `\`${source.value}\``;
  if (source.kind === "environment") return "`development` in dev, else `production`";
  const address = source.path === "" ? "the system's address" : `the system's address and \`${source.path}\``;
  return source.buildTime === true ? `${address}; baked into the image` : address;
}

function secretsSection(): string {
  const given = systemIds.flatMap((id) =>
    systems[id].secrets.map(({ name, minLength, length, purpose }) => {
      const setting = Object.entries(systems[id].services.backend.settings).find(([, source]) => source.kind === "secret" && source.name === name);
      return `| \`${id}:${name}\` | \`${setting?.[0] ?? environmentNameOf(name)}\` | ${minLength} characters | ${length} characters, generated | ${purpose} |`;
    }),
  );
  return [
    "## Secrets",
    "",
    "Secrets are stack secrets, `pulumi config set --secret motel:jwtSecret`; a plain one is refused, as is a weak one (short, repeated, a run, or made of words that are guessed first). Whatever is not given is generated. Messages never show a value.",
    "",
    "| key | setting | at least | default | for |",
    "|---|---|---|---|---|",
    ...given,
    "| `<system>:<NAME>` | `<NAME>` | not empty | none | any further secret setting of the backend, its name in capitals: `pulumi config set --secret motel:SMTP_PASSWORD` |",
    "| `edge:certificate` | | | none | PEM, the site's certificate first, then its chain; with `edge.tls: { kind: given }` |",
    "| `edge:privateKey` | | | none | PEM, without passphrase |",
    "| `alerts:<name>` | | not empty | none | the address of the channel `<name>` (Slack, Teams, web hook), its routing key (PagerDuty), or the password of its `username` (e-mail) |",
    "| `registry:pullSecret` | | Docker's own JSON, with `auths` | none | On Kubernetes: how nodes log in to the registries of images; `docker login` writes it to `~/.docker/config.json`, unless a helper keeps it |",
    "| `backups:<store>.accessKeyId`, `backups:<store>.secretAccessKey` | | not empty | the host's role | the S3 store's keys: of a writer that may put and list, not delete |",
    "| `backups:encryptionKey.<generation>` | | 32 characters | 64 characters, generated | the key of backups of that generation, such as a recovery kit's |",
    "| `alerts:deadMansSwitch` | | | none | an address that is called every minute as long as alerting works; whoever keeps it tells you when the calls stay away |",
    "",
  ].join("\n");
}

const alertsIntro = `Under \`stackbook:alerts\`. Without channels, alerts show in Alertmanager only; prod refuses to run so.

    stackbook:alerts:
      channels:
        mail: { kind: email, to: [ops@example.org], from: alerts@example.org, smarthost: 'smtp.example.org:587' }
        sms-chat: { kind: slack, channel: '#sms-alerts' } # pulumi config set --secret alerts:sms-chat
      routes: { page: [mail], ticket: [mail] }
      systemRoutes: { sms: { page: [mail, sms-chat] } }
`;

const backupsIntro = `Under \`stackbook:backups\`; of one system under \`systems.<system>.backups\`. How to restore, and what to keep where: [backups.md](backups.md).

    stackbook:backups:
      stores:
        local: { kind: directory }
        offsite: { kind: s3, bucket: example-backups, region: eu-central-1 } # pulumi config set --secret backups:offsite.accessKeyId
      drill: { day: saturday, at: '05:00' }
`;

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

const head = `# Configuration

Every key of a stack file, \`Pulumi.<stack>.yaml\`. This page is written from the schema (\`npm run docs\`), and a test keeps it so.

A stack file is checked as a whole before anything is created. Every problem is reported at once, with the key, what was given, and what to do:

    systems.motel.services.backend.replicas is 0 in Pulumi.prod.yaml; use 1-50, or set systems.motel.enabled to false to stop it

Keys are written beneath \`stackbook:\` as maps, or set one by one: \`pulumi config set --path 'stackbook:systems.motel.services.backend.replicas' 2\`. Numbers and true or false may be text, as \`pulumi config set\` writes them.
`;

const otherKeys = `## Other keys

\`pulumi:\`, \`docker:\`, \`aws:\`, \`kubernetes:\` and \`random:\` belong to Pulumi and its providers, and pass unread. Any other key is an error, with the one that was probably meant.
`;
