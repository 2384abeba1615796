import type { RoutingInput } from "./input";
import { escalatedLabel } from "./labels";

/**
 * What people read, in Alertmanager's template language. Severity, system, summary, value, the exact command to run
 * next, and the runbook; news (labelled `severity="notice"`) as their author wrote them. Nothing here needs a file of
 * time zones or a function that Alertmanager 0.28 lacks: a template that fails keeps its message from being sent.
 */
export function notificationTemplates({ stack, systems }: Pick<RoutingInput, "stack" | "systems">): string {
  const titles = [...systems, { id: "stack", title: "The stack itself" }];
  const choices = titles.map(({ id, title }, index) => `{{ ${index === 0 ? "if" : "else if"} eq . ${JSON.stringify(id)} }}${literal(title)}`);
  return [
    define("stack", literal(stack)),
    define("title", `${choices.join("")}{{ else }}{{ . }}{{ end }}`),
    define("subject", `[{{ template "stackbook.stack" }}] ${ifNews("{{ .CommonAnnotations.title }}", subject)}`),
    define("headline", headline),
    define("line", '{{ if .Annotations.summary }}{{ .Annotations.summary | reReplaceAll "[[:space:]]+" " " }}{{ else }}{{ .Labels.alertname }}{{ end }}'),
    define("rank", `{{ if .Labels.${escalatedLabel} }}ESCALATED {{ end }}{{ if .Labels.severity }}{{ .Labels.severity | toUpper }}{{ else }}ALERT{{ end }}{{ with .Labels.level }} ({{ . }}){{ end }}`),
    define("place", '{{ if .Labels.system }}{{ template "stackbook.title" .Labels.system }}{{ else }}{{ template "stackbook.title" "stack" }}{{ end }}{{ with .Labels.service }}, {{ . }}{{ end }}'),
    define("since", '{{ .StartsAt.UTC.Format "2006-01-02 15:04:05" }} UTC'),
    define("until", '{{ .EndsAt.UTC.Format "2006-01-02 15:04:05" }} UTC'),
    define("color", '{{ if eq .CommonLabels.severity "notice" }}#4a7ebb{{ else if ne .Status "firing" }}good{{ else if eq .CommonLabels.severity "page" }}danger{{ else }}warning{{ end }}'),
    define("text", ifNews("{{ .CommonAnnotations.text }}", lists(text))),
    define("slack", ifNews('{{ template "stackbook.slackText" .CommonAnnotations.text }}', lists(slack))),
    // Slack takes these three for marks of its own, in code too.
    define("slackText", '{{ . | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" }}'),
    define("teams", ifNews('{{ template "stackbook.teamsText" .CommonAnnotations.text }}', lists(teams))),
    // Teams ends a line at two breaks only.
    define("teamsText", '{{ . | reReplaceAll "\\n+" "\\n\\n" }}'),
    define("html", html),
    "",
  ].join("\n");
}

const define = (name: string, body: string): string => `{{ define "stackbook.${name}" }}${body}{{ end }}`;

/** Text as it is, whatever is in it. */
const literal = (text: string): string => `{{ ${JSON.stringify(text)} }}`;

const ifNews = (news: string, alerts: string): string => `{{ if eq .CommonLabels.severity "notice" }}${news}{{ else }}${alerts}{{ end }}`;

/** A message that its carrier cuts off says nothing of what was at its end; the rest is counted. */
const shown = 15;

interface Entries {
  readonly firing: string;
  readonly resolved: string;
  readonly more: string;
}

function lists({ firing, resolved, more }: Entries): string {
  const list = (alerts: string, entry: string): string =>
    `{{ range $index, $alert := ${alerts} }}{{ if lt $index ${shown} }}{{ with $alert }}${entry}{{ end }}{{ end }}{{ end }}{{ if gt (len ${alerts}) ${shown} }}${more.replace("ALERTS", alerts)}{{ end }}`;
  return `${list(".Alerts.Firing", firing)}${list(".Alerts.Resolved", resolved)}`;
}

const headline = '{{ .Labels.system }}{{ if not .Labels.system }}stack{{ end }}: {{ template "stackbook.line" . }}';

const first = (alerts: string): string => `{{ template "stackbook.headline" (index ${alerts} 0) }}{{ if gt (len ${alerts}) 1 }} ({{ len ${alerts} }} in all){{ end }}`;

const subject = `{{ if eq .Status "firing" }}{{ template "stackbook.rank" (index .Alerts.Firing 0) }} ${first(".Alerts.Firing")}{{ else }}RESOLVED ${first(".Alerts.Resolved")}{{ end }}`;

const text: Entries = {
  firing: `{{ template "stackbook.rank" . }}: {{ template "stackbook.place" . }}
{{ template "stackbook.line" . }}
{{ with .Annotations.description }}{{ . }}
{{ end }}
{{ with .Annotations.value }}Value:   {{ . }}
{{ end }}Since:   {{ template "stackbook.since" . }}
{{ with .Annotations.command }}Do now:  {{ . }}
{{ end }}{{ with .Annotations.runbook }}Runbook: {{ . }}
{{ end }}
`,
  resolved: `RESOLVED: {{ template "stackbook.place" . }}
{{ template "stackbook.line" . }}
From {{ template "stackbook.since" . }} to {{ template "stackbook.until" . }}

`,
  more: `... and more: {{ len ALERTS }} in all, see Alertmanager
`,
};

const slack: Entries = {
  firing: `*{{ template "stackbook.rank" . }}: {{ template "stackbook.place" . }}*
{{ template "stackbook.slackText" (or .Annotations.summary .Labels.alertname) }}
{{ with .Annotations.description }}{{ template "stackbook.slackText" . }}
{{ end }}{{ with .Annotations.value }}Value: {{ template "stackbook.slackText" . }}
{{ end }}Since: {{ template "stackbook.since" . }}
{{ with .Annotations.command }}Do now: \`\`\`{{ template "stackbook.slackText" . }}\`\`\`
{{ end }}{{ with .Annotations.runbook }}Runbook: {{ template "stackbook.slackText" . }}
{{ end }}
`,
  resolved: `*RESOLVED: {{ template "stackbook.place" . }}*
{{ template "stackbook.slackText" (or .Annotations.summary .Labels.alertname) }}
From {{ template "stackbook.since" . }} to {{ template "stackbook.until" . }}

`,
  more: `... and more: {{ len ALERTS }} in all, see Alertmanager
`,
};

const teams: Entries = {
  firing: `**{{ template "stackbook.rank" . }}: {{ template "stackbook.place" . }}**

{{ template "stackbook.line" . }}

{{ with .Annotations.description }}{{ template "stackbook.teamsText" . }}

{{ end }}{{ with .Annotations.value }}Value: {{ . }}

{{ end }}Since: {{ template "stackbook.since" . }}

{{ with .Annotations.command }}Do now: {{ . }}

{{ end }}{{ with .Annotations.runbook }}Runbook: {{ . }}

{{ end }}`,
  resolved: `**RESOLVED: {{ template "stackbook.place" . }}**

{{ template "stackbook.line" . }}

From {{ template "stackbook.since" . }} to {{ template "stackbook.until" . }}

`,
  more: `... and more: {{ len ALERTS }} in all, see Alertmanager

`,
};

/** Mail programs know no style sheets; colours are told by words as well. */
const card = (border: string): string => `<div style="border-left:4px solid ${border};padding:4px 12px;margin:0 0 20px">`;
const code = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;background:#f2f3f5;color:#1a1a1a;padding:8px;white-space:pre-wrap;word-break:break-word;margin:4px 0";

const htmlEntries: Entries = {
  firing: `${card('{{ if eq .Labels.severity "page" }}#c62828{{ else }}#b26a00{{ end }}')}
<p style="margin:0"><strong>{{ template "stackbook.rank" . }}: {{ template "stackbook.place" . }}</strong></p>
<p style="font-size:16px;margin:4px 0">{{ template "stackbook.line" . }}</p>
{{ with .Annotations.description }}<p style="margin:4px 0">{{ . }}</p>
{{ end }}<p style="margin:4px 0">{{ with .Annotations.value }}Value: <strong>{{ . }}</strong><br>{{ end }}Since: {{ template "stackbook.since" . }}</p>
{{ with .Annotations.command }}<p style="margin:4px 0">Do now:</p><pre style="${code}">{{ . }}</pre>
{{ end }}{{ with .Annotations.runbook }}<p style="margin:4px 0">Runbook: {{ . }}</p>
{{ end }}</div>
`,
  resolved: `${card("#2e7d32")}
<p style="margin:0"><strong>RESOLVED: {{ template "stackbook.place" . }}</strong></p>
<p style="font-size:16px;margin:4px 0">{{ template "stackbook.line" . }}</p>
<p style="margin:4px 0">From {{ template "stackbook.since" . }} to {{ template "stackbook.until" . }}</p>
</div>
`,
  more: `<p>... and more: {{ len ALERTS }} in all, see Alertmanager</p>
`,
};

const html = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{ template "stackbook.subject" . }}</title></head>
<body style="font-family:system-ui,Segoe UI,Helvetica,Arial,sans-serif;font-size:14px;line-height:1.45;max-width:760px">
${ifNews(`<pre style="${code}">{{ .CommonAnnotations.text }}</pre>`, lists(htmlEntries))}
</body></html>`;
