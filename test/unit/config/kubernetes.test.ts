import assert from "node:assert/strict";
import { load, onlyProblem, problemsOf, type StackFile } from "./fixtures";

const digest = `sha256:${"a".repeat(64)}`;
const image = `registry.example.org/motel:1.0.0@${digest}`;
const good: StackFile = {
  "stackbook:platform": "kubernetes",
  "stackbook:monitoring": { enabled: false },
  "stackbook:backups": { enabled: false },
  "stackbook:systems": { motel: { services: { backend: { image }, frontend: { image } } } },
};
const dev = { stack: "dev" };
const motel = (more: object, backend: object = {}): StackFile => ({ ...good, "stackbook:systems": { motel: { services: { backend: { image, ...backend }, frontend: { image } }, ...more } } });

describe("a stack file for Kubernetes", () => {
  it("is taken, with what it doesn't say", () => {
    const { kubernetes, platform } = load(good, dev);
    assert.equal(platform, "kubernetes");
    assert.deepEqual(kubernetes, { namespacePrefix: "stackbook-dev", clusterDomain: "cluster.local", edge: { replicas: 2, annotations: {} } });
  });

  it("has a prefix that is a name for namespaces, whatever the stack is called", () => {
    const { kubernetes } = load({ ...good, "stackbook:environment": "dev" }, { stack: "Team_A.europe" });
    assert.equal(kubernetes?.namespacePrefix, "stackbook-team-a-europe");
  });

  const refused: readonly { readonly says: string; readonly file: StackFile; readonly path: string; readonly fix: RegExp; readonly stack?: string }[] = [
    { says: "backups, which are not made there yet", file: { ...good, "stackbook:backups": { enabled: true } }, path: "backups.enabled", fix: /makes no backups yet/ },
    { says: "stores of backups", file: { ...good, "stackbook:backups": { enabled: false, stores: { local: { kind: "directory" } } } }, path: "backups.stores", fix: /makes no backups yet/ },
    { says: "monitoring, which is not there yet", file: { ...good, "stackbook:monitoring": {} }, path: "monitoring.enabled", fix: /has no monitoring yet/ },
    { says: "a host of Docker", file: { ...good, "stackbook:host": "unix:///var/run/docker.sock" }, path: "host", fix: /kubernetes\.context/ },
    { says: "an address to listen on", file: { ...good, "stackbook:edge": { bindAddress: "127.0.0.1" } }, path: "edge.bindAddress", fix: /the cluster gives/ },
    { says: "a demo", file: { ...good, "stackbook:demo": { seed: true } }, path: "demo.seed", fix: /reference app/ },
    { says: "a build", file: motel({}, { image: { build: { context: "." } } }), path: "systems.motel.services.backend.image", fix: /cluster can pull/ },
    { says: "a sticky service in numbers", file: motel({}, { replicas: 2 }), path: "systems.motel.services.backend.replicas", fix: /\/socket\.io/ },
    { says: "a system that is halted", file: motel({ halted: { at: "2026-11-01T00:00:00Z", by: "ops" } }), path: "systems.motel.halted", fix: /kubectl/ },
    { says: "a namespace prefix with a dot", file: { ...good, "stackbook:kubernetes": { namespacePrefix: "a.b" } }, path: "kubernetes.namespacePrefix", fix: /small letters/ },
    { says: "too many edges", file: { ...good, "stackbook:kubernetes": { edge: { replicas: 21 } } }, path: "kubernetes.edge.replicas", fix: /1-20/ },
    { says: "keys of Kubernetes on Docker", file: { "stackbook:kubernetes": { context: "x" } }, path: "kubernetes", fix: /set platform to kubernetes/ },
  ];
  for (const { file, fix, path, says } of refused) {
    it(`refuses ${says}`, () => {
      const problem = onlyProblem(file, dev);
      assert.equal(problem.path, path);
      assert.match(problem.fix, fix);
    });
  }

  it("says everything that is missing at once", () => {
    const paths = problemsOf({ "stackbook:platform": "kubernetes", "stackbook:systems": { motel: {}, memo: {} } }, dev).map(({ path }) => path);
    assert.deepEqual(paths.sort(), ["backups.enabled", "monitoring.enabled", ...["memo", "motel"].flatMap((id) => ["backend", "frontend"].map((service) => `systems.${id}.services.${service}.image`))].sort());
  });

  it("is refused in prod, which demands backups, and says so once", () => {
    const file = { ...good, "stackbook:backups": {}, "stackbook:domain": "example.org", "stackbook:environment": "prod", "stackbook:edge": { tls: { kind: "given" } } };
    const problems = problemsOf(file, { stack: "prod", secrets: { "edge:certificate": "x", "edge:privateKey": "x" } });
    assert.equal(problems.filter(({ path }) => path === "platform").length, 1);
    assert.equal(problems.filter(({ path }) => path === "backups.enabled").length, 0);
  });
});
