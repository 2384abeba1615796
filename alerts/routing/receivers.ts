import type { ReceiverSpec } from "./routes";
import { secretPath } from "./secretFiles";
import type { AlertsConfig, Channel } from "./types";

/** Receivers: a list of ways to tell people, each tried again until it succeeds, whatever the others do. */

type Settings = Readonly<Record<string, unknown>>;

export function receivers(specs: readonly ReceiverSpec[], alerts: AlertsConfig): Settings[] {
  return specs.map(({ name, channels, purpose }) => {
    if (purpose === "heartbeat" && alerts.deadMansSwitch !== undefined) {
      return { name, webhook_configs: [{ send_resolved: false, url_file: secretPath(alerts.deadMansSwitch) }] };
    }
    const ways: Record<string, Settings[]> = {};
    for (const channel of alerts.channels.filter((each) => channels.includes(each.name))) {
      // News is over when it is told; of an alert people want to know that it is over.
      const [key, settings] = wayTo(channel);
      (ways[key] ??= []).push({ send_resolved: purpose === "alerts", ...settings });
    }
    return { name, ...ways };
  });
}

function wayTo(channel: Channel): [string, Settings] {
  switch (channel.kind) {
    case "email":
      return ["email_configs", email(channel)];
    case "slack":
      return ["slack_configs", slack(channel)];
    case "teams":
      return ["msteamsv2_configs", { webhook_url_file: secretPath(channel.url), title: template("subject"), text: template("teams") }];
    case "webhook":
      return ["webhook_configs", { url_file: secretPath(channel.url) }];
    case "pagerduty":
      return ["pagerduty_configs", pagerDuty(channel)];
  }
}

function email({ to, from, smarthost, username, password, requireTls }: Extract<Channel, { kind: "email" }>): Settings {
  return {
    to: to.join(", "),
    from,
    smarthost,
    // On 465 TLS is there from the start, and a server that has it there offers no STARTTLS besides.
    require_tls: requireTls && !smarthost.endsWith(":465"),
    ...(username === undefined || password === undefined ? {} : { auth_username: username, auth_password_file: secretPath(password) }),
    headers: { Subject: template("subject") },
    text: template("text"),
    html: template("html"),
  };
}

function slack({ url, channel }: Extract<Channel, { kind: "slack" }>): Settings {
  return {
    api_url_file: secretPath(url),
    ...(channel === undefined ? {} : { channel }),
    title: template("subject"),
    title_link: "",
    fallback: template("subject"),
    text: template("slack"),
    color: template("color"),
  };
}

function pagerDuty({ routingKey }: Extract<Channel, { kind: "pagerduty" }>): Settings {
  return {
    routing_key_file: secretPath(routingKey),
    description: template("subject"),
    severity: '{{ if eq .CommonLabels.severity "page" }}critical{{ else }}warning{{ end }}',
    // In place of Alertmanager's own lists, which have every label and no order.
    details: { firing: template("text"), resolved: "", num_firing: "{{ .Alerts.Firing | len }}", num_resolved: "{{ .Alerts.Resolved | len }}" },
  };
}

function template(name: string): string {
  return `{{ template "stackbook.${name}" . }}`;
}
