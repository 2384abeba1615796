import assert from "node:assert/strict";
import { load, onlyProblem, problemsOf, type StackFile } from "./fixtures";

const digest = `sha256:${"a".repeat(64)}`;
const image = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/motel:1.0.0@${digest}`;
const place = { region: "eu-central-1", hostedZone: "Z0123456789ABCDEFGHIJ", mirror: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/docker-hub" };
const certificate = (region: string): string => `arn:aws:acm:${region}:123456789012:certificate/12345678-1234-1234-1234-123456789012`;
const good: StackFile = {
  "stackbook:platform": "aws",
  "stackbook:aws": place,
  "stackbook:monitoring": { enabled: false },
  "stackbook:backups": { enabled: false },
  "stackbook:systems": { motel: { services: { backend: { image }, frontend: { image } } } },
};
const dev = { stack: "dev" };
const withRoom = { ...dev, secrets: { "alerts:room": "https://hooks.example.org/room" } };
const at = (more: object): StackFile => ({ ...good, "stackbook:aws": { ...place, ...more } });
const without = (...names: (keyof typeof place)[]): object => Object.fromEntries(Object.entries(place).filter(([name]) => !names.some((each) => each === name)));
const withSystem = (id: string, more: object, backend: object = {}): StackFile => ({ ...good, "stackbook:systems": { [id]: { services: { backend: { image, ...backend }, frontend: { image } }, ...more } } });

describe("a stack file for AWS", () => {
  it("is taken, with what it doesn't say", () => {
    const { aws, edge, platform } = load(good, dev);
    assert.equal(platform, "aws");
    assert.deepEqual(aws, {
      ...place, zones: ["eu-central-1a", "eu-central-1b"], namePrefix: "stackbook-dev", vpcCidr: "10.0.0.0/16", nat: "none", multiAz: false, backupDays: 1,
      classes: { postgres: "db.t4g.medium", mongodb: "db.t4g.medium", redis: "cache.t4g.small" }, edge: { replicas: 2 }, chats: {},
    });
    assert.deepEqual([edge.httpPort, edge.httpsPort], [80, 443], "a balancer's, in dev as well");
  });

  it("has a prefix short enough for a balancer's name, whatever the stack is called", () => {
    assert.equal(load({ ...good, "stackbook:environment": "dev" }, { stack: "Team_A.europe.long" }).aws?.namePrefix, "stackbook-team-a-eur");
  });

  it("may name everything", () => {
    const { aws } = load(at({ account: "123456789012", zones: ["eu-central-1b", "eu-central-1c"], nat: "perZone", multiAz: true, certificate: certificate("eu-central-1"), classes: { postgres: "db.m7g.large", mongodb: "db.r6g.large", redis: "cache.r7g.large" } }), dev);
    assert.deepEqual([aws?.account, aws?.zones, aws?.nat, aws?.multiAz, aws?.classes.redis], ["123456789012", ["eu-central-1b", "eu-central-1c"], "perZone", true, "cache.r7g.large"]);
  });

  const refused: readonly { readonly says: string; readonly file: StackFile; readonly path: string; readonly fix: RegExp }[] = [
    { says: "no region", file: { ...good, "stackbook:aws": without("region") }, path: "aws.region", fix: /such as eu-central-1/ },
    { says: "a region that there is not", file: at({ region: "eu-middle-1" }), path: "aws.region", fix: /one of AWS's regions/ },
    { says: "a region without a service that a system needs", file: { ...withSystem("mps", {}), "stackbook:aws": { ...place, region: "eu-central-2" } }, path: "aws.region", fix: /or leave mps out: their database is MongoDB/ },
    { says: "one zone", file: at({ zones: ["eu-central-1a"] }), path: "aws.zones", fix: /use two at least/ },
    { says: "a zone of another region", file: at({ zones: ["eu-central-1a", "eu-west-1b"] }), path: "aws.zones[1]", fix: /zones are the region's own/ },
    { says: "a network that overlaps another", file: at({ vpcCidr: "10.1.0.0/16", otherCidrs: ["10.0.0.0/15"] }), path: "aws.vpcCidr", fix: /such as 10\.2\.0\.0\/16/ },
    { says: "a network that begins within itself", file: at({ vpcCidr: "10.1.2.3/16" }), path: "aws.vpcCidr", fix: /use 10\.1\.0\.0\/16/ },
    { says: "a network that is too small", file: at({ vpcCidr: "10.1.0.0/24" }), path: "aws.vpcCidr", fix: /use 10\.1\.0\.0\/16/ },
    { says: "a class of instances whose family there is not", file: at({ classes: { postgres: "db.z9.large" } }), path: "aws.classes.postgres", fix: /families t3, t4g, m5/ },
    { says: "a class of instances that this store has not", file: at({ classes: { mongodb: "db.t4g.large" } }), path: "aws.classes.mongodb", fix: /use one of db\.t4g\.medium/ },
    { says: "a class of another store", file: at({ classes: { redis: "db.t4g.small" } }), path: "aws.classes.redis", fix: /cache\.t4g\.medium/ },
    { says: "no certificate and nowhere to confirm one", file: { ...good, "stackbook:aws": without("hostedZone") }, path: "aws.certificate", fix: /aws\.hostedZone/ },
    { says: "a certificate of another region", file: at({ certificate: certificate("us-east-1") }), path: "aws.certificate", fix: /none of another region/ },
    { says: "an image elsewhere, without a way out", file: withSystem("motel", {}, { image: `registry.example.org/motel:1.0.0@${digest}` }), path: "systems.motel.services.backend.image", fix: /aws\.nat to one/ },
    { says: "backups by an agent, which is not there yet", file: { ...good, "stackbook:backups": { enabled: true } }, path: "backups.enabled", fix: /aws\.backupDays/ },
    {
      says: "a room that Chatbot can't find", file: { ...good, "stackbook:monitoring": {}, "stackbook:alerts": { channels: { room: { kind: "slack" } } } },
      path: "aws.chats.room", fix: /reached by Amazon Q Developer/,
    },
    {
      says: "the other kind's room", file: { ...good, "stackbook:monitoring": {}, "stackbook:alerts": { channels: { room: { kind: "teams" } } }, "stackbook:aws": { ...place, chats: { room: "T07EA123LEP/C07EZ1ABC23" } } },
      path: "aws.chats.room", fix: /is of kind teams/,
    },
    { says: "a room of no channel", file: { ...good, "stackbook:aws": { ...place, chats: { lobby: "T07EA123LEP/C07EZ1ABC23" } } }, path: "aws.chats.lobby", fix: /add it to alerts\.channels/ },
    { says: "a host of Docker", file: { ...good, "stackbook:host": "unix:///var/run/docker.sock" }, path: "host", fix: /aws\.region/ },
    { says: "an address to listen on", file: { ...good, "stackbook:edge": { bindAddress: "127.0.0.1" } }, path: "edge.bindAddress", fix: /its own addresses/ },
    { says: "another port", file: { ...good, "stackbook:edge": { httpsPort: 8443 } }, path: "edge.httpsPort", fix: /80 and 443/ },
    { says: "a certificate of the edge's", file: { ...good, "stackbook:edge": { tls: { kind: "self-signed" } } }, path: "edge.tls", fix: /aws\.certificate/ },
    { says: "a demo", file: { ...good, "stackbook:demo": { seed: true } }, path: "demo.seed", fix: /reference app/ },
    { says: "a build", file: withSystem("motel", {}, { image: { build: { context: "." } } }), path: "systems.motel.services.backend.image", fix: /ECS can pull/ },
    { says: "a sticky service in numbers", file: withSystem("motel", {}, { replicas: 2 }), path: "systems.motel.services.backend.replicas", fix: /\/socket\.io/ },
    { says: "more servers than one name tells of", file: withSystem("memo", {}, { replicas: 9 }), path: "systems.memo.services.backend.replicas", fix: /Cloud Map tells of 8/ },
    { says: "a system that is halted", file: withSystem("motel", { halted: { at: "2026-11-01T00:00:00Z", by: "ops" } }), path: "systems.motel.halted", fix: /desired count/ },
    { says: "another password of Redis", file: withSystem("motel", { rotations: { cachePassword: 1 } }), path: "systems.motel.rotations.cachePassword", fix: /doesn't exchange/ },
    { says: "keys of AWS on Docker", file: { "stackbook:aws": place }, path: "aws", fix: /set platform to aws/ },
  ];
  for (const { file, fix, path, says } of refused) {
    it(`refuses ${says}`, () => {
      const problem = onlyProblem(file, file["stackbook:alerts"] === undefined ? dev : withRoom);
      assert.equal(problem.path, path);
      assert.match(problem.fix, fix);
    });
  }

  it("says everything that is missing at once, images that can't be reached as well", () => {
    const paths = problemsOf({ "stackbook:platform": "aws", "stackbook:systems": { motel: {} } }, dev).map(({ path }) => path);
    const images = [...["haproxy", "postgres", "mongodb", "redis"].map((name) => `images.${name}`), ...["backend", "frontend"].map((service) => `systems.motel.services.${service}.image`)];
    assert.deepEqual(paths.sort(), ["aws.certificate", "aws.region", "backups.enabled", ...images].sort());
  });

  it("takes images of any registry where there is a way out", () => {
    const file = withSystem("motel", {}, { image: `registry.example.org/motel:1.0.0@${digest}` });
    assert.equal(load({ ...file, "stackbook:aws": { ...without("mirror"), nat: "one" } }, dev).aws?.nat, "one");
  });

  it("is refused in prod, which demands backups, and says so once", () => {
    const file = { ...good, "stackbook:backups": {}, "stackbook:domain": "example.org", "stackbook:environment": "prod" };
    const paths = problemsOf(file, { stack: "prod" }).map(({ path }) => path);
    assert.equal(paths.filter((path) => path === "platform").length, 1);
    assert.ok(!paths.includes("backups.enabled") && !paths.includes("edge.tls"));
  });
});
