import assert from "node:assert/strict";
import { dockerContainer, dockerVolume, later, randomPassword, type Resource } from "../../../policies/rule";
import { rules, stackRules } from "../../../policies/rules";
import { ownWords } from "../../../policies/view/labels";
import { dockerLabels } from "../../../policies/view/docker";
import { systemIds, type SystemId } from "../../../systems";
import { asResource, violationsOf } from "../../support/policies";
import { all, build } from "./build";
import { recorded } from "./mocks";

type Change = (props: Resource["props"]) => Resource["props"];

interface Mutation {
  readonly rule: string;
  /** Which of a system's resources it is done to. */
  readonly on: (resource: Resource) => boolean;
  readonly change?: Change;
  /** In place of a change: it isn't protected, or isn't there. */
  readonly unprotect?: true;
  readonly remove?: true;
  /** Why a system has no such resource. */
  readonly lacking?: Readonly<Partial<Record<SystemId, string>>>;
}

const role = (...roles: string[]) => (resource: Resource): boolean => resource.type === dockerContainer && roles.includes(ownWords(dockerLabels(resource.props)).role ?? "");
const isApp = role("app");
const isDatabase = role("database");
const isCache = role("cache");
const set = (more: object): Change => (props) => ({ ...props, ...more });
const env = (entry: string): Change => (props) => ({ ...props, envs: [...((props["envs"] as string[] | undefined) ?? []).filter((one) => !one.startsWith(`${entry.split("=")[0] ?? ""}=`)), entry] });
const bind = (source: string): Change => (props) => ({ ...props, mounts: [...((props["mounts"] as object[] | undefined) ?? []), { type: "bind", source, target: "/host", readOnly: true }] });
const label = (name: string, value: string): Change => (props) => ({ ...props, labels: [...(props["labels"] as object[]), { label: name, value }] });
const withoutCache = { sms: "runs without Redis", fetms: "starts Redis with its second backend" } as const;

/** Every change that the pack forbids of what a system is made of. */
const mutations: Readonly<Record<string, Mutation>> = {
  "an image that moves": { rule: "image-pinned", on: isApp, change: set({ image: "registry.example.org/app:latest" }) },
  "a database's image without digest": { rule: "image-pinned", on: isDatabase, change: set({ image: "postgres:16" }) },
  root: { rule: "no-root", on: isApp, change: set({ user: "root" }) },
  "privilege": { rule: "no-privilege", on: isApp, change: set({ privileged: true }) },
  "new privileges": { rule: "no-privilege", on: isDatabase, change: set({ securityOpts: [] }) },
  "an added capability": { rule: "no-capability", on: isApp, change: set({ capabilities: { adds: ["NET_ADMIN"], drops: ["ALL"] } }) },
  "kept capabilities": { rule: "no-capability", on: isDatabase, change: set({ capabilities: {} }) },
  "the host's network": { rule: "no-host-namespace", on: isApp, change: set({ networkMode: "host" }) },
  "the host's processes": { rule: "no-host-namespace", on: isDatabase, change: set({ pidMode: "host" }) },
  "no memory limit": { rule: "limits", on: isApp, change: set({ memory: undefined }) },
  "no CPU limit": { rule: "limits", on: isDatabase, change: set({ cpus: undefined }) },
  "a writable root": { rule: "read-only-root", on: isApp, change: set({ readOnly: false }) },
  "a folder of the host": { rule: "host-folders", on: isApp, change: bind("/srv") },
  "no health check": { rule: "healthcheck", on: isApp, change: set({ healthcheck: undefined }) },
  "a database's health check switched off": { rule: "healthcheck", on: isDatabase, change: set({ healthcheck: { tests: ["NONE"] } }) },
  "a published database": { rule: "store-private", on: isDatabase, change: set({ ports: [{ internal: 5432, external: 5432 }] }) },
  "a published cache": { rule: "store-private", on: isCache, change: set({ ports: [{ internal: 6379, external: 6379 }] }), lacking: withoutCache },
  "a published application": { rule: "store-private", on: isApp, change: set({ publishAllPorts: true }) },
  "a database without password": { rule: "store-authenticated", on: isDatabase, change: set({ envs: [] }) },
  "a cache without password": { rule: "store-authenticated", on: isCache, change: set({ envs: [] }), lacking: withoutCache },
  "a default password": { rule: "no-weak-password", on: isApp, change: env("DATABASE_PASSWORD=postgres") },
  "a short JWT key": { rule: "jwt-length", on: isApp, change: env("JWT_SECRET=x7Kq2mB9vTz4LpWn") },
  "a short generated JWT key": { rule: "jwt-length", on: ({ name, type }) => type === randomPassword && /jwt/i.test(name), change: set({ length: 32 }) },
  "a password on the command line": { rule: "no-plain-secret", on: isApp, change: set({ command: ["node", "server.js", "--db-password=x7Kq2mB9vTz4"] }) },
  "a secret in a label": { rule: "no-plain-secret", on: isApp, change: label("API_TOKEN", "x7Kq2mB9vTz4") },
  "every origin": { rule: "cors-named", on: isApp, change: env("CORS_ORIGIN=*") },
  "a log without end": { rule: "log-retention", on: isApp, change: set({ logOpts: {} }) },
  "no owner": { rule: "tagged", on: isDatabase, change: (props) => ({ ...props, labels: (props["labels"] as { label: string }[]).filter((one) => one.label !== "stackbook.stack") }) },
  "data without protection": { rule: "data-protected", on: ({ name, type }) => type === dockerVolume && name.endsWith("-database"), unprotect: true },
  "a password without protection": { rule: "data-protected", on: ({ name, type }) => type === randomPassword && name.endsWith("-databasePassword"), unprotect: true },
  "no backup": { rule: "backed-up", on: (resource) => role("backup")(resource) && ownWords(dockerLabels(resource.props)).service === "backup", remove: true },
  "no drill": { rule: "drill-planned", on: (resource) => role("backup")(resource) && ownWords(dockerLabels(resource.props)).service === "drill", remove: true },
};

/** Rules that what was changed breaks, or the stack with it, and the usual stack doesn't. */
function brokenRules(changed: readonly Resource[], rest: readonly Resource[]): string[] {
  const own = rules.filter((rule) => changed.some((resource) => rule.check(resource).length > 0));
  const whole = stackRules.filter((rule) => rule.name !== lacking && rule.checkStack([...rest, ...changed], { tags: {} }).length > 0);
  return [...own, ...whole].map(({ name }) => name);
}

/** A dev stack has nobody to tell. */
const lacking = "alerts-received";

describe("every change that the policies forbid, of every system", function () {
  this.timeout(120_000);
  let resources: readonly Resource[] = [];

  before(async () => {
    await build(all);
    resources = recorded.map(asResource);
  });

  it("begins with a stack that breaks none, but has nobody to tell", () => assert.deepEqual(violationsOf(resources).map(({ rule }) => rule), [lacking]));

  for (const [title, { change, lacking, on, remove, rule, unprotect }] of Object.entries(mutations)) {
    for (const system of systemIds) {
      it(`${title}: ${system}${lacking?.[system] === undefined ? "" : ` ${lacking[system] ?? ""}`}`, () => {
        const hit = resources.find((resource) => resource.name.startsWith(`${system}-`) && on(resource));
        assert.equal(hit === undefined, lacking?.[system] !== undefined, `${system} ${hit === undefined ? "has nothing to change" : "has it after all"}`);
        if (hit === undefined) return;
        const changed: Resource = { ...hit, props: change?.(hit.props) ?? hit.props, ...(unprotect === true ? { protect: false } : {}) };
        const rest = resources.filter((resource) => resource !== hit);
        assert.deepEqual(brokenRules(remove === true ? [] : [changed], rest), [rule]);
      });
    }
  }

  it("of the edge: old TLS, no redirect, no HSTS, every origin, no limit", () => {
    const routes = resources.find(({ name }) => name === "edge-routes");
    assert.ok(routes !== undefined && routes.props["env"] !== later);
    const entries = routes.props["env"] as string[];
    const edited = (edit: (text: string) => string): string[] => {
      const changed = { ...routes, props: { ...routes.props, env: entries.map((entry) => (entry.startsWith("HAPROXY_CFG=") ? edit(entry) : entry)) } };
      return brokenRules([changed], resources.filter((resource) => resource !== routes));
    };
    assert.deepEqual(edited((text) => text.replace("ssl-min-ver TLSv1.2", "ssl-min-ver TLSv1.0")), ["tls-version"]);
    assert.deepEqual(edited((text) => text.replace(/^.*http-request redirect location https.*$/gm, "")), ["https-redirect"]);
    assert.deepEqual(edited((text) => text.replace(/^.*Strict-Transport-Security.*$/gm, "")), ["hsts"]);
    assert.deepEqual(edited((text) => `${text}\n    http-response set-header Access-Control-Allow-Origin *`), ["cors-named"]);
    for (const system of systemIds) assert.deepEqual(edited((text) => text.replace(new RegExp(`^.*track-sc0.*-m str ${system} .*$`, "gm"), "")), ["rate-limit"], system);
  });
});
