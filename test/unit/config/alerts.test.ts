import assert from "node:assert/strict";
import { alertWarnings } from "../../../config/alerts-checks";
import { asPulumiGives, committed, failure, load, onlyProblem, problemsOf, withValue, type StackFile } from "./fixtures";

const dev = { stack: "dev" };
const mail = { kind: "email", to: ["ops@example.org"], from: "alerts@example.org", smarthost: "smtp.example.org:587" };
const hook = "https://hooks.example.org/services/T0/B0/PLANTED9f8e7d";

/** A dev stack with these alerts. */
const alerts = (value: object): StackFile => ({ "stackbook:alerts": value });
const withSecrets = (...names: string[]) => ({ stack: "dev", secrets: Object.fromEntries(names.map((name) => [`alerts:${name}`, hook])) });

describe("monitoring in a stack file that says nothing of it", () => {
  it("is on, with a small store and the operators' pages in dev, a quarter and closed pages elsewhere", () => {
    assert.deepEqual(load({}, dev).monitoring, {
      enabled: true,
      timeZone: "UTC",
      scrapeSeconds: 15,
      metrics: { retentionDays: 15, maxSizeGiB: 2 },
      logs: { enabled: true, hostDirectory: "/var/lib/docker/containers", retentionDays: { application: 90, system: 30, audit: 365, backup: 30 } },
      dashboards: { enabled: true },
      operatorPages: true,
      statusPage: { enabled: true, title: "Service status" },
    });
    const prod = load(withValue(committed("prod"), ["stackbook:monitoring"], undefined)).monitoring;
    assert.deepEqual(prod.metrics, { retentionDays: 90, maxSizeGiB: 10 });
    assert.equal(prod.operatorPages, false);
  });

  it("tells nobody in dev, and keeps FETMS's window where FETMS runs", () => {
    const config = load({}, dev).alerts;
    assert.deepEqual(config, {
      channels: [],
      routes: { page: [], ticket: [], digest: [] },
      systemRoutes: {},
      notices: [],
      escalation: { afterMinutes: 30, channels: [] },
      digest: { at: "08:00" },
      maintenance: [],
      expectedLoad: {},
      thresholds: {},
    });
    assert.deepEqual(load({ "stackbook:systems": { fetms: {} } }, dev).alerts.maintenance, [{ name: "fetms-sunday", systems: ["fetms"], days: ["sunday"], from: "02:00", to: "04:00" }]);
  });
});

describe("channels", () => {
  it("of every kind are taken, with their secrets by name only", () => {
    const file = alerts({ channels: { mail: { ...mail, username: "robot", requireTls: "true" }, chat: { kind: "slack", channel: "#sms-alerts" }, teams: { kind: "teams" }, hook: { kind: "webhook" }, pager: { kind: "pagerduty" } } });
    const secrets = { ...withSecrets("chat", "teams", "hook", "deadMansSwitch").secrets, "alerts:mail": "Pw-of-the-mail", "alerts:pager": "0123456789abcdef0123456789ABCDEF" };
    const config = load(file, { ...dev, secrets });
    const secret = (key: string) => ({ namespace: "alerts", key });
    assert.deepEqual(config.alerts.channels, [
      { ...mail, name: "mail", requireTls: true, username: "robot", password: secret("mail") },
      { kind: "slack", name: "chat", channel: "#sms-alerts", url: secret("chat") },
      { kind: "teams", name: "teams", url: secret("teams") },
      { kind: "webhook", name: "hook", url: secret("hook") },
      { kind: "pagerduty", name: "pager", routingKey: secret("pager") },
    ]);
    assert.deepEqual(config.alerts.deadMansSwitch, secret("deadMansSwitch"));
    for (const value of Object.values(secrets)) assert.ok(!JSON.stringify(config).includes(value));
  });

  it("unless told otherwise, wake people by all of them, and send the rest by mail", () => {
    const { routes, notices } = load(alerts({ channels: { chat: { kind: "slack" }, mail } }), withSecrets("chat")).alerts;
    assert.deepEqual(routes, { page: ["chat", "mail"], ticket: ["mail"], digest: ["mail"] });
    assert.deepEqual(notices, ["mail"]);
  });

  it("without mail send the rest by what there is, but for pagers", () => {
    const file = alerts({ channels: { chat: { kind: "slack" }, pager: { kind: "pagerduty" } } });
    const { routes } = load(file, { ...dev, secrets: { "alerts:chat": hook, "alerts:pager": "a1".repeat(16) } }).alerts;
    assert.deepEqual(routes, { page: ["chat", "pager"], ticket: ["chat"], digest: ["chat"] });
  });

  for (const [kind, what] of [["slack", /incoming web hook/], ["teams", /workflow/], ["webhook", /its address/], ["pagerduty", /integration key/]] as const) {
    it(`of kind ${kind} are refused without their secret, with the command`, () => {
      const problem = onlyProblem(alerts({ channels: { ops: { kind } } }), dev);
      assert.deepEqual([problem.path, problem.given], ["alerts:ops", "missing"]);
      assert.match(problem.fix, what);
      assert.match(problem.fix, /`pulumi config set --secret alerts:ops`/);
    });
  }

  it("by mail need a password only with a user name, and then over TLS", () => {
    assert.equal(onlyProblem(alerts({ channels: { mail: { ...mail, username: "robot" } } }), dev).path, "alerts:mail");
    assert.equal(onlyProblem(alerts({ channels: { mail } }), withSecrets("mail")).given, "given but not used");
    const clear = onlyProblem(alerts({ channels: { mail: { ...mail, username: "robot", requireTls: false } } }), withSecrets("mail"));
    assert.equal(clear.path, "alerts.channels.mail.requireTls");
    assert.match(clear.fix, /in the clear/);
  });

  it("by mail need a mail server with its port", () => {
    const smarthost = (value: string | undefined) => onlyProblem(alerts({ channels: { mail: { ...mail, smarthost: value } } }), dev);
    assert.deepEqual([smarthost(undefined).path, smarthost(undefined).given], ["alerts.channels.mail.smarthost", "missing"]);
    assert.equal(smarthost("smtp.example.org").fix, "name the port, smtp.example.org:587");
    for (const bad of ["smtp.example.org:99999", "smtp.example.org:0", "smtp://smtp.example.org:25", ":25", "a b:25"]) assert.equal(smarthost(bad).allowed, "host:port");
    for (const good of ["10.0.0.1:25", "[::1]:2525", "Mail:465"]) assert.doesNotThrow(() => load(alerts({ channels: { mail: { ...mail, smarthost: good } } }), dev));
  });

  it("take addresses one by one, and each once", () => {
    const to = (...addresses: string[]) => onlyProblem(alerts({ channels: { mail: { ...mail, to: addresses } } }), dev);
    assert.match(to("a@example.org, b@example.org").fix, /bare addresses/);
    assert.match(to("Ops <ops@example.org>").fix, /bare addresses/);
    assert.equal(to("{{x}}@example.org").path, "alerts.channels.mail.to[0]");
    assert.deepEqual([to("a@example.org", "A@example.org").path, to("a@example.org", "A@example.org").given], ["alerts.channels.mail.to[1]", "given twice"]);
  });

  it("of an unknown kind, or under a name that can't be a file's, are refused", () => {
    assert.match(onlyProblem(alerts({ channels: { ops: { kind: "fax" } } }), dev).fix, /kind: slack/);
    assert.equal(onlyProblem(alerts({ channels: { "../ops": mail } }), dev).given, "not a possible name");
    assert.equal(onlyProblem(alerts({ channels: { Ops: mail } }), dev).given, "not a possible name");
  });

  it("are refused where nobody is told by them", () => {
    const problem = onlyProblem(alerts({ channels: { mail, other: mail }, routes: { page: ["mail"], ticket: ["mail"], digest: ["mail"] } }), dev);
    assert.deepEqual([problem.path, problem.given], ["alerts.channels.other", "in no route"]);
  });

  it("that are malformed bring no second complaint about their secret or their routes", () => {
    const problems = problemsOf(alerts({ channels: { chat: { kind: "slak" }, mail }, routes: { page: ["chat"], ticket: ["mail"] } }), withSecrets("chat"));
    assert.deepEqual(problems.map(({ path }) => path), ["alerts.channels.chat.kind"]);
  });
});

describe("the secrets of channels", () => {
  const silent = (...given: Parameters<typeof onlyProblem>) => {
    const problem = onlyProblem(...given);
    assert.ok(!failure(asPulumiGives(...given)).message.includes("PLANTED"), problem.fix);
    return problem;
  };

  it("are refused in plain text, and among the channel's keys", () => {
    assert.equal(silent({ ...alerts({ channels: { chat: { kind: "slack" } } }), "alerts:chat": hook }, dev).given, "in plain text");
    for (const key of ["url", "webhookUrl", "api_url", "webhook", "token", "routingKey", "password"]) {
      const problem = silent(alerts({ channels: { chat: { kind: "slack", [key]: hook } } }), withSecrets("chat"));
      assert.match(problem.fix, /`pulumi config set --secret alerts:chat`/, key);
    }
  });

  it("never show where an address stands for a channel's name", () => {
    assert.equal(silent(alerts({ channels: { mail }, routes: { page: [hook, "mail"] } }), dev).given, "not a channel's name");
  });

  it("are refused when they are no address, no key, or empty", () => {
    const bad = (kind: string, value: string) => silent(alerts({ channels: { ops: { kind } } }), { ...dev, secrets: { "alerts:ops": value } }).given;
    assert.equal(bad("slack", "PLANTED"), "not an address");
    assert.equal(bad("webhook", "ftp://PLANTED"), "not an address");
    assert.equal(bad("teams", "https://a b/PLANTED"), "not an address");
    assert.equal(bad("pagerduty", "PLANTED"), "not an integration key");
    assert.equal(bad("slack", " "), "empty");
    assert.equal(silent({}, { ...dev, secrets: { "alerts:deadMansSwitch": "PLANTED" } }).given, "not an address");
  });

  it("of no channel are refused, with the one that was meant", () => {
    assert.match(onlyProblem(alerts({ channels: { mail, chat: { kind: "slack" } } }), withSecrets("chat", "chatt")).fix, /did you mean alerts:chat\?/);
    assert.match(onlyProblem({}, withSecrets("deadmansswitch")).fix, /did you mean alerts:deadMansSwitch\?/);
    assert.match(onlyProblem({}, withSecrets("toString")).fix, /name a channel toString/);
  });
});

describe("routes", () => {
  it("to a channel that isn't there are refused, wherever they are", () => {
    const problems = problemsOf(
      alerts({
        channels: { mail },
        routes: { page: ["mail", "mial"], ticket: ["fax"], digest: ["nobody"] },
        systemRoutes: { sms: { page: ["chat"], ticket: ["chat"] } },
        notices: ["nobody"],
        escalation: { channels: ["boss"] },
      }),
      dev,
    );
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["alerts.routes.page[1]", "alerts.routes.ticket[0]", "alerts.routes.digest[0]", "alerts.systemRoutes.sms.page[0]", "alerts.systemRoutes.sms.ticket[0]", "alerts.notices[0]", "alerts.escalation.channels[0]"],
    );
    assert.equal(problems[0]?.fix, "did you mean mail?");
    assert.equal(problems[1]?.fix, "use mail, or name fax under alerts.channels");
    assert.match(onlyProblem(alerts({ notices: ["ops"] }), dev).fix, /name ops under alerts\.channels first/);
  });

  it("to one channel twice are refused", () => {
    assert.equal(onlyProblem(alerts({ channels: { mail }, routes: { page: ["mail", "mail"] } }), dev).given, "given twice");
  });

  it("of news to a pager are refused", () => {
    const file = alerts({ channels: { mail, pager: { kind: "pagerduty" } }, routes: { digest: ["pager"] }, notices: ["pager"] });
    const problems = problemsOf(file, { ...dev, secrets: { "alerts:pager": "a1".repeat(16) } });
    assert.deepEqual(problems.map(({ path }) => path), ["alerts.routes.digest[0]", "alerts.notices[0]"]);
  });

  it("of a system take its own people, and leave the others theirs", () => {
    const { routes, systemRoutes } = load(alerts({ channels: { mail, chat: { kind: "slack" } }, routes: { page: ["mail"] }, systemRoutes: { sms: { page: ["mail", "chat"] } } }), withSecrets("chat")).alerts;
    assert.deepEqual(routes.page, ["mail"]);
    assert.deepEqual(systemRoutes, { sms: { page: ["mail", "chat"] } });
  });
});

describe("a stack whose alerts nobody would hear", () => {
  const prod = committed("prod");

  it("is refused in prod: without channels, without one for pages, or with none for a system", () => {
    assert.deepEqual(problemsOf(withValue(prod, ["stackbook:alerts"], undefined)).map(({ path, given }) => [path, given]), [["alerts.channels", "missing"]]);
    assert.equal(onlyProblem(withValue(prod, ["stackbook:alerts", "routes"], { page: [], ticket: ["mail"] })).path, "alerts.routes.page");
    assert.equal(onlyProblem(withValue(prod, ["stackbook:alerts", "systemRoutes"], { sms: { page: [] } })).path, "alerts.systemRoutes.sms.page");
  });

  it("is taken in prod with monitoring off, and told so", () => {
    const config = load(withValue(withValue(prod, ["stackbook:alerts"], undefined), ["stackbook:monitoring"], { enabled: false }));
    assert.match(alertWarnings({ config }).join(), /monitoring\.enabled is false/);
  });

  it("is warned in staging, and in prod of nobody missing the dead man's switch", () => {
    const staging = load(withValue(committed("staging"), ["stackbook:alerts"], undefined), { stack: "staging" });
    assert.match(alertWarnings({ config: staging }).join(), /alerts\.routes\.page is empty/);
    assert.match(alertWarnings({ config: load(prod) }).join(), /alerts:deadMansSwitch is missing/);
    assert.deepEqual(alertWarnings({ config: load(prod, { secrets: { "alerts:deadMansSwitch": hook } }) }), []);
    assert.deepEqual(alertWarnings({ config: load({}, dev) }), []);
  });
});

describe("times", () => {
  it("are of a zone that exists, spelt as its file is", () => {
    const zone = (timeZone: string) => onlyProblem({ "stackbook:monitoring": { timeZone } }, dev);
    for (const bad of ["Mars/Olympus", "CET", "GMT+1", "+01:00", "Europe/Berlin ", ""]) assert.equal(zone(bad).path, "monitoring.timeZone", bad);
    assert.equal(zone("europe/berlin").fix, "use Europe/Berlin");
    for (const good of ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]) assert.equal(load({ "stackbook:monitoring": { timeZone: good } }, dev).monitoring.timeZone, good);
  });

  it("of the day are refused outside of it", () => {
    for (const at of ["24:00", "8:00", "08:60", "noon", 800]) assert.equal(onlyProblem(alerts({ digest: { at } }), dev).path, "alerts.digest.at");
  });

  const window = { systems: ["sms"], days: ["tuesday"], from: "22:00", to: "01:00" };
  const named = (value: unknown, name = "patches") => onlyProblem(alerts({ maintenance: { [name]: value } }), dev);

  it("of maintenance are taken over midnight, beside the runbook's, or in its place", () => {
    const windows = (maintenance: object) => load({ "stackbook:systems": { fetms: {}, sms: {} }, ...alerts({ maintenance }) }, dev).alerts.maintenance;
    assert.deepEqual(windows({ patches: { ...window, timeZone: "Europe/Athens" } }).map(({ name, timeZone }) => [name, timeZone]), [["fetms-sunday", undefined], ["patches", "Europe/Athens"]]);
    assert.deepEqual(windows({ "fetms-sunday": false }), []);
    assert.deepEqual(windows({ "fetms-sunday": { ...window, systems: "all" } }), [{ name: "fetms-sunday", ...window, systems: "all" }]);
  });

  it("of expected load are the runbook's but for what is given, and refused without length or with a day twice", () => {
    const hours = (sms: unknown) => alerts({ expectedLoad: { sms } });
    assert.deepEqual(load(hours({ from: "07:30", days: ["monday"] }), dev).alerts.expectedLoad, { sms: { days: ["monday"], from: "07:30", to: "16:00" } });
    assert.equal(onlyProblem(hours({ from: "16:00" }), dev).path, "alerts.expectedLoad.sms.to");
    assert.equal(onlyProblem(hours({ days: ["monday", "monday"] }), dev).path, "alerts.expectedLoad.sms.days[1]");
  });

  it("of maintenance are refused without length, without a day, with a day twice, or of nobody's", () => {
    assert.match(named({ ...window, to: "22:00" }).fix, /another time than from, 22:00/);
    assert.equal(named({ ...window, days: [] }).path, "alerts.maintenance.patches.days");
    assert.equal(named({ ...window, days: ["tuesday", "tuesday"] }).given, "given twice");
    assert.equal(named({ ...window, days: ["Tue"] }).path, "alerts.maintenance.patches.days[0]");
    assert.equal(named({ ...window, systems: ["smss"] }).path, "alerts.maintenance.patches.systems[0]");
    assert.equal(named({ ...window, from: "25:00" }).path, "alerts.maintenance.patches.from");
    assert.equal(named({ ...window, timeZone: "Moon" }).path, "alerts.maintenance.patches.timeZone");
    assert.match(named(false, "fetms-sundy").fix, /did you mean alerts\.maintenance\.fetms-sunday\?/);
  });
});

describe("thresholds", () => {
  const given = (thresholds: object) => problemsOf(alerts({ thresholds }), dev);

  it("are taken in order, also against the runbook's other one", () => {
    const thresholds = { sms: { "error-rate": { ticket: 3, page: 6 } }, motel: { "error-rate": { page: "7.5" } } };
    assert.deepEqual(load(alerts({ thresholds }), dev).alerts.thresholds, { ...thresholds, motel: { "error-rate": { page: 7.5 } } });
  });

  it("out of order are refused with their path, given or against the runbook's", () => {
    assert.deepEqual(given({ sms: { "error-rate": { ticket: 9, page: 6 } } }).map(({ path }) => path), ["alerts.thresholds.sms.error-rate.ticket"]);
    assert.deepEqual(given({ motel: { "error-rate": { ticket: 80 } } }).map(({ path, given: value }) => [path, value]), [["alerts.thresholds.motel.error-rate.ticket", "80"]]);
  });

  it("of no alert, system or severity are refused", () => {
    assert.deepEqual(given({ sms: { "eror-rate": { page: 6 } }, smss: {}, memo: { "error-rate": { pgae: 1 } } }).map(({ path }) => path).sort(), [
      "alerts.thresholds.memo.error-rate.pgae", "alerts.thresholds.sms.eror-rate", "alerts.thresholds.smss",
    ]);
  });
});

describe("every problem of monitoring and alerts", () => {
  it("is told at once, in one error that changes nothing", () => {
    const file = withValue(withValue(committed("prod"), ["stackbook:monitoring"], { timeZone: "Europe/Atlantis", scrapeSeconds: 1, metrics: { retentionDays: 7 }, logs: { hostDirectory: "var/log" } }), ["stackbook:alerts"], {
      channels: { mail, chat: { kind: "slack" } },
      routes: { page: ["chat", "pagr"] },
      digest: { at: "25:00" },
      escalation: { afterMinutes: 1 },
      maintenance: { late: { systems: "all", days: ["sunday"], from: "01:00", to: "01:00" } },
    });
    const { message, problems } = failure(asPulumiGives(file));
    assert.deepEqual(problems.map(({ path }) => path).sort(), [
      "alerts.digest.at", "alerts.escalation.afterMinutes", "alerts.maintenance.late.to", "alerts.routes.page[1]", "alerts:chat",
      "monitoring.logs.hostDirectory", "monitoring.metrics.retentionDays", "monitoring.scrapeSeconds", "monitoring.timeZone",
    ]);
    assert.match(message, /9 problems; nothing was changed/);
  });
});
