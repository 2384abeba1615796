import type { Board } from "./model";
import { uids } from "./uids";

export interface GrafanaInput {
  /** Where these files lie inside Grafana's container, e.g. "/etc/grafana-stackbook". */
  readonly directory: string;
  /** Address that people use, e.g. "https://grafana.example.org". */
  readonly publicUrl: string;
  /** Anonymous visitors may look (never change): in dev only, requirement X3. */
  readonly anonymous: boolean;
  readonly scrapeSeconds: number;
  /** IANA name, for the axes. */
  readonly timeZone: string;
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  /** Absent: no Loki. */
  readonly lokiUrl?: string;
}

/** Files that the text below names but does not hold: one secret in each, below `secrets/`. */
export const grafanaSecrets = ["admin-password", "secret-key"] as const;

/** The official image sets these for itself, and the environment beats grafana.ini. */
export function grafanaEnv(directory: string): Record<string, string> {
  return { GF_PATHS_CONFIG: `${directory}/grafana.ini`, GF_PATHS_PROVISIONING: `${directory}/provisioning` };
}

/** Grafana's configuration and what it is provisioned with, less the dashboards. File -> text. */
export function renderGrafana(input: GrafanaInput, boards: readonly Board[]): Record<string, string> {
  return {
    "grafana.ini": grafanaIni(input),
    "provisioning/datasources/stackbook.yaml": datasources(input),
    "provisioning/dashboards/stackbook.yaml": providers(input, boards),
  };
}

/** Options: https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/ */
function grafanaIni(input: GrafanaInput): string {
  const secret = (name: (typeof grafanaSecrets)[number]): string => `$__file{${input.directory}/secrets/${name}}`;
  return `# Written by the stack's update.
[server]
http_port = 3000
root_url = ${input.publicUrl}/

[security]
admin_user = admin
admin_password = ${secret("admin-password")}
# Encrypts what Grafana stores; its default is the same in every installation.
secret_key = ${secret("secret-key")}
cookie_secure = true
content_security_policy = true
disable_gravatar = true

[users]
allow_sign_up = false
allow_org_create = false

[auth.anonymous]
enabled = ${input.anonymous}
org_role = Viewer

[auth]
# A forgotten session ends; the default is 30 days.
login_maximum_lifetime_duration = 7d

[dashboards]
default_home_dashboard_path = ${input.directory}/dashboards/stack/overview.json
min_refresh_interval = 10s

[date_formats]
default_timezone = ${input.timeZone}

# Alerts come from Prometheus; Grafana shows them and makes none of its own.
[unified_alerting]
execute_alerts = false

# Nothing here talks to the internet.
[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false
feedback_links_enabled = false

[news]
news_feed_enabled = false

[plugins]
preinstall_disabled = true
preinstall_auto_update = false
plugin_admin_enabled = false

[snapshots]
enabled = false

[public_dashboards]
enabled = false

# Behind the edge anybody could read it.
[metrics]
enabled = false

[log]
mode = console
level = warn

[log.console]
format = json
`;
}

/** A dollar sign is doubled: Grafana fills in variables of the environment. */
function datasources(input: GrafanaInput): string {
  const loki = input.lokiUrl === undefined ? "" : `
  - name: Loki
    uid: loki
    type: loki
    access: proxy
    url: ${input.lokiUrl}
    editable: false
    jsonData:
      maxLines: 1000
      derivedFields:
        - name: Request
          matcherType: regex
          matcherRegex: '"requestId":"([0-9A-Za-z-]{8,64})"'
          url: '/d/${uids.logs}?var-requestId=$\${__value.raw}'
          urlDisplayLabel: Everything about this request
`;
  return `# Written by the stack's update.
apiVersion: 1
prune: true
datasources:
  - name: Prometheus
    uid: prometheus
    type: prometheus
    access: proxy
    url: ${input.prometheusUrl}
    isDefault: true
    editable: false
    jsonData:
      httpMethod: POST
      timeInterval: ${input.scrapeSeconds}s
      prometheusType: Prometheus
      manageAlerts: true
      alertmanagerUid: alertmanager
  - name: Alertmanager
    uid: alertmanager
    type: alertmanager
    access: proxy
    url: ${input.alertmanagerUrl}
    editable: false
    jsonData:
      implementation: prometheus
      handleGrafanaManagedAlerts: false
${loki}`;
}

/**
 * A provider for each folder that has dashboards now: files of a system that was removed stay on the volume, and
 * Grafana drops the dashboards of a provider that is gone.
 */
function providers(input: GrafanaInput, boards: readonly Board[]): string {
  const folders = new Map(boards.map(({ folder }) => [folder.path, folder.title]));
  return `# Written by the stack's update.
apiVersion: 1
providers:
${[...folders].map(([path, title]) => `  - name: stackbook-${path}
    orgId: 1
    folder: ${JSON.stringify(title)}
    type: file
    disableDeletion: false
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options:
      path: ${input.directory}/dashboards/${path}
`).join("")}`;
}
