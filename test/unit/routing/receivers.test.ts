import assert from "node:assert/strict";
import { alertRows, everything as everythingWatched } from "../../../alerts/catalogue";
import { renderAlertmanager } from "../../../alerts/routing";
import { alerts, channels, everything, fits, rendered, secret, withAlerts } from "./fixtures";

const everywhere = rendered(withAlerts({ routes: { page: channels.map(({ name }) => name), ticket: [], digest: [] } }));
const page = everywhere.receivers.find(({ name }) => name === "page") ?? assert.fail();
const way = (kind: string): Record<string, unknown> => (page[`${kind}_configs`] as Record<string, unknown>[])[0] ?? assert.fail(kind);

describe("what Alertmanager reads", () => {
  it("names every secret by a file, and wants each file once", () => {
    const { files, secretFiles } = renderAlertmanager(everything);
    assert.deepEqual(secretFiles, Object.fromEntries([...channels.map(({ name }) => name), "deadMansSwitch"].map((key) => [`secrets/${key}`, secret(key)])));
    const text = files["alertmanager.yml"] ?? "";
    for (const path of Object.keys(secretFiles)) assert.ok(text.includes(`_file": "/etc/alertmanager/${path}"`), path);
    assert.deepEqual(text.match(/"(?:api_url|url|webhook_url|routing_key|service_key|auth_password|auth_secret)":/g), null, "secrets in the text itself");
  });

  it("wants no file for mail without a user name", () => {
    const [{ username: _u, password: _p, ...mail }] = channels.filter((channel) => channel.kind === "email") as [Extract<(typeof channels)[number], { kind: "email" }>];
    const { secretFiles, files } = renderAlertmanager({ ...everything, alerts: { ...alerts, channels: [mail], systemRoutes: {}, notices: ["mail"], escalation: { afterMinutes: 30, channels: [] } } });
    assert.deepEqual(Object.keys(secretFiles), ["secrets/deadMansSwitch"]);
    assert.ok(!(files["alertmanager.yml"] ?? "").includes("auth_"));
  });

  it("names every file it reads, and no folder of them", () => {
    const { files } = renderAlertmanager(everything);
    assert.deepEqual(Object.keys(files).filter((name) => name !== "alertmanager.yml"), rendered().templates);
  });

  it("has each receiver once, and every one that a route names", () => {
    const named = [...JSON.stringify(rendered().route).matchAll(/"receiver":"([^"]+)"/g)].map((match) => match[1] ?? "");
    assert.deepEqual(rendered().receivers.map(({ name }) => String(name)).sort(), [...new Set(named)].sort());
  });

  it("is whole without any channel: alerts show in Alertmanager only", () => {
    const { deadMansSwitch: _, ...without } = alerts;
    const config = rendered({ ...everything, alerts: { ...without, channels: [], routes: { page: [], ticket: [], digest: [] }, systemRoutes: {}, notices: [], escalation: { afterMinutes: 30, channels: [] }, maintenance: [] } });
    for (const receiver of config.receivers) assert.deepEqual(Object.keys(receiver), ["name"]);
  });

  it("changes with the stack's name, and stays the same otherwise", () => {
    assert.deepEqual(renderAlertmanager(everything), renderAlertmanager(structuredClone(everything)));
    assert.notDeepEqual(renderAlertmanager(everything), renderAlertmanager({ ...everything, stack: "staging" }));
  });
});

describe("the ways to tell people", () => {
  it("mail goes to all of its addresses, over TLS, with text for those who read no HTML", () => {
    const { to, smarthost, require_tls, auth_username, auth_password_file, text, html, headers } = way("email");
    assert.deepEqual([to, smarthost, require_tls], ["admin@school.example, b@school.example", "smtp.school.example:587", true]);
    assert.deepEqual([auth_username, auth_password_file], ["robot", "/etc/alertmanager/secrets/mail"]);
    for (const part of [text, html, (headers as { Subject: string }).Subject]) assert.match(String(part), /stackbook\./);
  });

  it("mail to port 465 asks for no STARTTLS, which such servers don't have", () => {
    const config = rendered(withAlerts({ channels: [{ kind: "email", name: "mail", to: ["a@b.example"], from: "c@d.example", smarthost: "smtp.b.example:465", requireTls: true }] }));
    assert.ok(JSON.stringify(config.receivers).includes('"smarthost":"smtp.b.example:465","require_tls":false'));
  });

  it("Slack, Teams, web hooks and PagerDuty get their addresses from files", () => {
    assert.deepEqual([way("slack")["api_url_file"], way("slack")["channel"]], ["/etc/alertmanager/secrets/sms-slack", "#sms-alerts"]);
    assert.equal(way("msteamsv2")["webhook_url_file"], "/etc/alertmanager/secrets/sms-teams");
    assert.deepEqual(way("webhook"), { send_resolved: true, url_file: "/etc/alertmanager/secrets/desk" });
    assert.equal(way("pagerduty")["routing_key_file"], "/etc/alertmanager/secrets/pager");
  });
});

describe("what is kept back", () => {
  type Labels = Readonly<Record<string, string>>;
  const silences = (source: Labels, target: Labels): boolean =>
    everywhere.inhibit_rules.some(
      ({ source_matchers, target_matchers, equal = [] }) =>
        source_matchers.every((matcher) => fits(matcher, source)) && target_matchers.every((matcher) => fits(matcher, target)) && equal.every((label) => (source[label] ?? "") === (target[label] ?? "")),
    );
  const down = { class: "down", severity: "page", system: "sms", service: "backend", topic: "down" };
  const slow = { class: "latency", severity: "page", system: "sms", service: "backend", topic: "latency" };

  it("is a system's latency, errors and traffic while it is down, and no other system's", () => {
    for (const kind of ["latency", "errors", "traffic", "monitoring"]) assert.ok(silences(down, { ...slow, class: kind }));
    assert.ok(!silences(down, { ...slow, system: "memo" }));
    for (const kind of ["security", "backup", "certificate", "database", "resources", "down"]) assert.ok(!silences(down, { ...slow, class: kind }), kind);
  });

  it("is no page for a ticket's sake", () => {
    assert.ok(!silences({ ...down, severity: "ticket" }, slow));
    assert.ok(!silences({ ...slow, severity: "ticket" }, slow));
  });

  it("is the lower of two thresholds, of the same thing only", () => {
    const ticket = { ...slow, severity: "ticket" };
    assert.ok(silences(slow, ticket));
    assert.ok(!silences({ ...slow, topic: "errors" }, ticket));
    for (const label of ["service", "container", "instance", "mountpoint", "store", "system"]) assert.ok(!silences({ ...slow, [label]: "a" }, { ...ticket, [label]: "b" }), label);
  });

  it("is what every system seems to be while the edge is down", () => {
    const edge = { class: "down", severity: "page", system: "stack", service: "edge", topic: "edge-down" };
    assert.ok(silences(edge, slow));
    assert.ok(silences(edge, { ...down, system: "memo", topic: "service-down" }));
    assert.ok(!silences(edge, { ...down, system: "memo", topic: "backend-replicas-missing" }), "a backend that is down besides is told");
    assert.ok(!silences(edge, edge));
  });

  it("goes by topics that the catalogue has", () => {
    const topics = alertRows(everythingWatched).map(({ topic }) => topic);
    const named = everywhere.inhibit_rules.flatMap(({ source_matchers, target_matchers }) => [...source_matchers, ...target_matchers]).flatMap((matcher) => /^topic="(.*)"$/.exec(matcher)?.[1] ?? []);
    assert.ok(named.length >= 2);
    for (const topic of named) assert.ok(topics.includes(topic), topic);
  });

  it("is never the dead man's switch, nor news", () => {
    for (const source of [down, { ...down, system: "stack", topic: "edge-down" }]) {
      assert.ok(!silences(source, { kind: "watchdog", severity: "none", system: "stack", class: "monitoring", topic: "watchdog" }));
      assert.ok(!silences(source, { kind: "incident", severity: "notice", system: "sms" }));
    }
  });
});
