import assert from "node:assert/strict";
import { certificate, certificateKey, load, onlyProblem, problemsOf, type StackFile } from "./fixtures";

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
    { says: "backups without an image of who makes them", file: { ...good, "stackbook:backups": {} }, path: "images.backupPostgres", fix: /build agents\/backup and push it/ },
    { says: "a folder of a node as a store", file: { ...good, "stackbook:backups": { enabled: false, stores: { local: { kind: "directory", path: "/srv/backups" } } } }, path: "backups.stores.local.path", fix: /kind: s3/ },
    { says: "monitoring, which is not there yet", file: { ...good, "stackbook:monitoring": {} }, path: "monitoring.enabled", fix: /has no monitoring yet/ },
    { says: "a host of Docker", file: { ...good, "stackbook:host": "unix:///var/run/docker.sock" }, path: "host", fix: /kubernetes\.context/ },
    { says: "an address to listen on", file: { ...good, "stackbook:edge": { bindAddress: "127.0.0.1" } }, path: "edge.bindAddress", fix: /the cluster gives/ },
    { says: "a demo", file: { ...good, "stackbook:demo": { seed: true } }, path: "demo.seed", fix: /reference app/ },
    { says: "a build", file: motel({}, { image: { build: { context: "." } } }), path: "systems.motel.services.backend.image", fix: /cluster can pull/ },
    { says: "a sticky service in numbers", file: motel({}, { replicas: 2 }), path: "systems.motel.services.backend.replicas", fix: /\/socket\.io/ },
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
    assert.deepEqual(paths.sort(), ["images.backupPostgres", "monitoring.enabled", ...["memo", "motel"].flatMap((id) => ["backend", "frontend"].map((service) => `systems.${id}.services.${service}.image`))].sort());
  });

  it("is taken in prod, with backups", () => {
    const file: StackFile = {
      ...good,
      "stackbook:environment": "prod",
      "stackbook:domain": "example.org",
      "stackbook:edge": { tls: { kind: "given" } },
      "stackbook:backups": { stores: { offsite: { kind: "s3", bucket: "example-backups", region: "eu-central-1" } } },
      "stackbook:images": { backupPostgres: `registry.example.org/stackbook/backup-postgres:1@${digest}` },
      "stackbook:systems": { motel: { version: "1.0.0", services: { backend: { image }, frontend: { image } } } },
    };
    const { backups, images } = load(file, { stack: "prod", secrets: { "edge:certificate": certificate, "edge:privateKey": certificateKey } });
    assert.equal(backups.enabled, true);
    assert.match(images.backupPostgres ?? "", /backup-postgres/);
  });

  it("needs an image for each kind of database that is backed up, and for no other", () => {
    const services = { backend: { image }, frontend: { image } };
    const paths = problemsOf({ ...good, "stackbook:backups": {}, "stackbook:systems": { memo: { services }, fetms: { services }, motel: { services, backups: { enabled: false } } } }, dev).map(({ path }) => path);
    assert.deepEqual(paths.sort(), ["images.backupMongodb", "images.backupPostgres"]);
  });

  const login = JSON.stringify({ auths: { "registry.example.org": { auth: "dTpw" } } });

  it("has the nodes' login to registries from a secret alone", () => {
    assert.deepEqual(load(good, { ...dev, secrets: { "registry:pullSecret": login } }).kubernetes?.pullSecret, { namespace: "registry", key: "pullSecret" });
    assert.equal(onlyProblem({ ...good, "registry:pullSecret": login }, dev).given, "in plain text");
    for (const text of ["user:password", "{}", '{ "auths": {} }']) assert.equal(onlyProblem(good, { ...dev, secrets: { "registry:pullSecret": text } }).given, "of another form", text);
    assert.match(onlyProblem(good, { ...dev, secrets: { "registry:pullsecret": login } }).fix, /registry:pullSecret/);
    assert.match(onlyProblem({}, { ...dev, secrets: { "registry:pullSecret": login } }).fix, /docker login/);
  });
});
