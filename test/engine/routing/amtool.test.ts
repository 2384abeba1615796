import assert from "node:assert/strict";
import { renderAlertmanager, type RoutingInput } from "../../../alerts/routing";
import { alertmanagerDirectory } from "../../../alerts/routing/secretFiles";
import { systemIds, systems } from "../../../systems";
import { committed, load } from "../../unit/config/fixtures";
import { everything, withAlerts } from "../../unit/routing/fixtures";
import { inImage } from "../inImage";

const check = (input: RoutingInput) => inImage("alertmanager", alertmanagerDirectory, renderAlertmanager(input).files, "amtool check-config alertmanager.yml");

describe("Alertmanager's own tool", function () {
  this.timeout(60_000);

  const inputs: Readonly<Record<string, RoutingInput>> = {
    "every kind of channel, windows, a dead man's switch": everything,
    "closed times near, far and without end": { ...everything, closed: [{ system: "sms", from: "2026-11-22T02:30:00.000Z", until: "2031-03-05T04:00:00.000Z" }, { system: "stack" }, { system: "memo", from: "2027-12-31T23:59:00.000Z" }] },
    "a window over midnight in another zone": withAlerts({ maintenance: [{ name: "late", systems: "all", days: ["saturday", "sunday"], from: "23:30", to: "01:00", timeZone: "America/Argentina/Buenos_Aires" }] }),
    "a stack without any": ofStack({}, "dev"),
    "the committed staging": ofStack(committed("staging"), "staging"),
    "the committed prod": ofStack(committed("prod"), "prod"),
  };
  for (const [what, input] of Object.entries(inputs)) {
    it(`takes ${what}`, async () => {
      const { code, output } = await check(input);
      assert.equal(code, 0, output);
      assert.match(output, /SUCCESS/);
    });
  }

  it("refuses a zone that its files don't have, so the ones above were looked up", async () => {
    const { code, output } = await check({ ...everything, timeZone: "Europe/Atlantis" });
    assert.notEqual(code, 0);
    assert.match(output, /Europe\/Atlantis/);
  });

  it("finds the people for every severity of every system, for escalations and for news", async () => {
    const wanted: [string, string][] = [...systemIds, "stack"].flatMap((system): [string, string][] => [
      [`severity=page system=${system}`, system === "sms" ? "sms-page" : "page"],
      [`severity=page system=${system} class=security`, system === "sms" ? "sms-page" : "page"],
      [`severity=page system=${system} escalated=true`, system === "sms" ? "sms-escalation" : "escalation"],
      [`severity=ticket system=${system}`, "ticket"],
      [`severity=digest system=${system}`, "nobody"],
      ...["deploy", "rollback", "drill", "incident", "maintenance"].map((kind): [string, string] => [`severity=notice kind=${kind} system=${system}`, "notices"]),
    ]);
    wanted.push(["severity=notice kind=digest system=stack", "digest"], ["severity=none kind=watchdog system=stack", "dead-mans-switch"], ["severity=unheard-of system=mps", "ticket"]);
    const script = wanted.map(([labels]) => `amtool config routes test --config.file=alertmanager.yml ${labels} || echo failed`).join("\n");
    const { output } = await inImage("alertmanager", alertmanagerDirectory, renderAlertmanager(everything).files, script);
    assert.deepEqual(output.trim().split("\n"), wanted.map(([, receiver]) => receiver));
  });
});

describe("a message", function () {
  this.timeout(60_000);
  const command = "docker logs $(docker ps -q --filter label=stackbook.system=sms) 2>&1 | grep ERROR && echo '<done>'";
  const alert = (name: string, more: object = {}) => ({
    status: "firing",
    labels: { alertname: name, severity: "page", system: "sms", service: "backend", level: "P1", ...more },
    annotations: { summary: `${name}: 6.2 % of\nrequests fail`, description: "More than <5> %.", value: "6.2 %", command, runbook: "sms.md, High Error Rate" },
    startsAt: "2026-11-21T10:00:00Z",
    endsAt: "0001-01-01T00:00:00Z",
  });
  const over = (name: string) => ({ ...alert(name), status: "resolved", endsAt: "2026-11-21T10:05:00Z" });
  const data = (status: string, alerts: readonly object[], common: object = { severity: "page", system: "sms" }, annotations: object = {}) =>
    JSON.stringify({ receiver: "page", status, alerts, groupLabels: {}, commonLabels: common, commonAnnotations: annotations, externalURL: "http://alertmanager" });
  const news = { title: "Deployed: SMS 1.17.6", text: "from 1.17.5 <old>\nby ops" };
  const messages: Readonly<Record<string, string>> = {
    one: data("firing", [alert("Errors")]),
    mixed: data("firing", [alert("Errors"), alert("Escalated", { escalated: "true", level: "P1" }), over("Slow")]),
    resolved: data("resolved", [over("Errors"), over("Slow")]),
    many: data("firing", Array.from({ length: 20 }, (_, index) => alert(`Errors${index}.`))),
    bare: data("firing", [{ status: "firing", labels: { alertname: "Unknown" }, annotations: {}, startsAt: "2026-11-21T10:00:00Z" }], { alertname: "Unknown" }),
    news: data("firing", [{ status: "firing", labels: { kind: "deploy", severity: "notice" }, annotations: news, startsAt: "2026-11-21T10:00:00Z" }], { kind: "deploy", severity: "notice" }, news),
  };
  const forms = ["subject", "text", "slack", "teams", "html", "color"];
  const read = new Map<string, string>();
  const of = (message: string, form: string): string => read.get(`${message} ${form}`) ?? assert.fail(`no ${form} of ${message}`);

  before(async () => {
    const parts = Object.keys(messages).flatMap((message) => forms.map((form) => ({ message, form })));
    const script = parts
      .map(({ message, form }) => `echo; echo '=== ${message} ${form}'; amtool template render --template.glob='templates/*.tmpl' --template.type=${form === "html" ? "html" : "text"} --template.data=${message}.json --template.text='{{ template "stackbook.${form}" . }}' || echo FAILED`)
      .join("\n");
    const files = { ...renderAlertmanager({ ...everything, stack: 'a "quoted" {{ name }}' }).files, ...Object.fromEntries(Object.entries(messages).map(([name, text]) => [`${name}.json`, text])) };
    const { output } = await inImage("alertmanager", alertmanagerDirectory, files, script);
    for (const [, name = "", text = ""] of output.matchAll(/^=== (\w+ \w+)\n([^]*?)(?=\n=== |$(?![^]))/gm)) read.set(name, text);
    assert.equal(read.size, parts.length);
    assert.ok(!output.includes("FAILED"), output);
  });

  for (const form of ["text", "teams"]) {
    it(`says severity, system, summary, value, the exact command and the runbook as ${form}`, () => {
      for (const part of ["PAGE (P1)", systems.sms.title, "backend", "6.2 % of", "More than <5> %.", "6.2 %", command, "sms.md, High Error Rate", "2026-11-21 10:00:00 UTC"]) assert.ok(of("one", form).includes(part), part);
    });
  }

  for (const form of ["html", "slack"]) {
    it(`says so as ${form} too, with its marks escaped`, () => {
      const text = of("one", form);
      for (const part of ["PAGE (P1)", systems.sms.title, "backend", "More than &lt;5&gt; %.", "2&gt;&amp;1 | grep ERROR &amp;&amp; echo ", "sms.md, High Error Rate"]) assert.ok(text.includes(part), part);
      assert.ok(!text.includes("<5>"));
    });
  }

  it("is headed by stack, severity, system and summary in one line", () => {
    assert.equal(of("one", "subject").trim(), '[a "quoted" {{ name }}] PAGE (P1) sms: Errors: 6.2 % of requests fail');
    assert.equal(of("resolved", "subject").trim(), '[a "quoted" {{ name }}] RESOLVED sms: Errors: 6.2 % of requests fail (2 in all)');
    assert.equal(of("bare", "subject").trim(), '[a "quoted" {{ name }}] ALERT stack: Unknown');
  });

  it("tells apart what is on, what is escalated and what is over", () => {
    const text = of("mixed", "text");
    assert.ok(text.indexOf("PAGE (P1)") < text.indexOf("ESCALATED PAGE (P1)") && text.indexOf("ESCALATED") < text.indexOf("RESOLVED"));
    assert.match(text, /From 2026-11-21 10:00:00 UTC to 2026-11-21 10:05:00 UTC/);
    assert.ok(!of("resolved", "text").includes(command), "nothing is left to do");
    assert.deepEqual(["one", "resolved", "news"].map((message) => of(message, "color").trim()), ["danger", "good", "#4a7ebb"]);
  });

  it("counts what would not fit", () => {
    for (const form of ["text", "slack", "teams", "html"]) {
      assert.ok(of("many", form).includes("Errors14.") && !of("many", form).includes("Errors15."), form);
      assert.match(of("many", form), /20 in all, see Alertmanager/);
    }
  });

  it("of news is what its author wrote", () => {
    assert.equal(of("news", "subject").trim(), '[a "quoted" {{ name }}] Deployed: SMS 1.17.6');
    assert.equal(of("news", "text").trim(), news.text);
    assert.ok(of("news", "html").includes("from 1.17.5 &lt;old&gt;\nby ops") && of("news", "slack").includes("&lt;old&gt;"));
  });
});

/** Routing as a stack's own configuration has it. */
function ofStack(file: Record<string, unknown>, stack: string): RoutingInput {
  const { alerts, monitoring, systems: its } = load(file, { stack });
  return { stack, alerts, timeZone: monitoring.timeZone, closed: [], systems: its.map(({ spec }) => ({ id: spec.id, title: spec.title })) };
}
