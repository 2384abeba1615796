import assert from "node:assert/strict";
import { dockerContainer, dockerVolume } from "../../policies/rule";
import { rules, stackRules } from "../../policies/rules";
import type { StackResource } from "../../policies/stackRule";

const labels = (role: string, service: string, system = "mps"): { label: string; value: string }[] =>
  Object.entries({ role, service, system }).map(([label, value]) => ({ label: `stackbook.${label}`, value }));

const settings = { everyHours: 24, stores: [{ kind: "directory" }], retention: { daily: { days: 30 }, weekly: { days: 84 }, monthly: { days: 366 } } };
const database: StackResource = { type: dockerContainer, name: "mps-database", props: { labels: labels("database", "database") } };
const agent: StackResource = { type: dockerContainer, name: "mps-backup", props: { labels: labels("backup", "backup") } };
const told = (change: object = {}): StackResource => ({ type: "pulumi-nodejs:dynamic/stackbook:ConfigFiles", name: "mps-backup-config", props: { files: { "backup.json": JSON.stringify({ ...settings, ...change }) } } });

const problems = (...resources: StackResource[]): string[] => stackRules.flatMap((rule) => rule.check(resources).map((text) => `${rule.name}: ${text}`));

describe("the policy on backups", () => {
  it("lets a stack pass whose databases are backed up as their runbooks say", () => assert.deepEqual(problems(database, agent, told()), []));

  const refused: [string, StackResource[], RegExp][] = [
    ["refuses a database without an agent", [database, told()], /^backed-up: mps-database has no backup; set stackbook:backups\.enabled to true/],
    ["refuses another system's agent in its place", [database, { ...agent, props: { labels: labels("backup", "backup", "sms") } }, told()], /has no backup/],
    ["refuses a drill in its place", [database, { ...agent, props: { labels: labels("backup", "drill") } }, told()], /has no backup/],
    ["refuses backups that are written nowhere", [database, agent, told({ stores: [] })], /written nowhere; name a store/],
    ["refuses daily backups that are kept too short", [database, agent, told({ retention: { ...settings.retention, daily: { days: 29 } } })], /daily backups of mps are kept for 29 days, its runbook \(mps\.md\) says 30/],
    ["refuses weekly ones that aren't made", [database, agent, told({ retention: { ...settings.retention, weekly: { days: 0 } } })], /weekly backups of mps are kept for 0 days.*says 84/],
    ["refuses monthly ones that are kept too short", [database, agent, told({ retention: { ...settings.retention, monthly: { days: 365 } } })], /monthly.*365 days.*says 366/],
    ["refuses backups that are taken too seldom", [{ ...database, props: { labels: labels("database", "database", "sms") } }, { ...agent, props: { labels: labels("backup", "backup", "sms") } }, { ...told(), name: "sms-backup-config" }], /sms is backed up every 24 hours, its runbook wants every 12/],
  ];
  for (const [behaviour, resources, message] of refused) {
    it(behaviour, () => {
      const found = problems(...resources);
      assert.equal(found.length, 1, JSON.stringify(found));
      assert.match(found[0] ?? "", message);
    });
  }

  it("asks nothing of a stopped system, whose database doesn't run", () => assert.deepEqual(problems(), []));

  it("waits for what a preview can't know yet", () => assert.deepEqual(problems(database, agent, { ...told(), props: {} }), []));
});

describe("the policy on volumes", () => {
  const volume = (change: object): string[] =>
    rules.filter(({ types }) => types.includes(dockerVolume)).flatMap((rule) => rule.check({ driverOpts: { type: "none", o: "bind", device: "/srv/backups" }, labels: labels("volume", "backups-nas", "stack"), ...change }, { name: "x" }));

  it("lets a store of backups be a folder of the host", () => assert.deepEqual(volume({}), []));
  it("refuses anything else the same", () => assert.deepEqual(volume({ labels: labels("volume", "database", "motel") }), ["it is the host's /srv/backups; remove driverOpts"]));
  it("lets a volume in memory be", () => assert.deepEqual(volume({ labels: labels("volume", "log", "stack"), driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=1m" } }), []));
});

describe("the policy on health checks", () => {
  it("refuses a backup agent without one", () => {
    const found = rules.filter(({ name }) => name === "healthcheck").flatMap((rule) => rule.check({ labels: labels("backup", "backup") }, { name: "mps-backup" }));
    assert.equal(found.length, 1);
  });
});
