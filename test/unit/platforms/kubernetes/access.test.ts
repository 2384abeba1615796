import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../../../config/errors";
import { call, connect } from "../../../../platforms/kubernetes/api/client";
import { checkAccess } from "../../../../platforms/kubernetes/access";
import { FakeCluster, kubeconfig, type Wishes } from "../../../support/fakeCluster";

const settings = { namespacePrefix: "x", clusterDomain: "cluster.local", edge: { replicas: 2, annotations: {} } };

describe("a cluster, before anything is made", () => {
  let folder = "";
  let cluster: FakeCluster | undefined;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "stackbook-access-"))));
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(async () => {
    await cluster?.close();
    cluster = undefined;
  });

  const refused = async (more: object): Promise<string> => {
    const error = await checkAccess({ stack: "dev", kubernetes: { ...settings, ...more } }).then(() => undefined, (caught: unknown) => caught);
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  };
  const start = async (wishes: Wishes = {}): Promise<FakeCluster> => (cluster = await FakeCluster.start(wishes));

  it("is taken, by one question where everything is allowed", async () => {
    const { asked, kubeconfig: file } = await start();
    await checkAccess({ stack: "dev", kubernetes: { ...settings, kubeconfig: file } });
    assert.deepEqual(asked, ["GET /version", "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"]);
  });

  it("needs a kubeconfig that is there", async () => assert.match(await refused({ kubeconfig: join(folder, "nowhere") }), /kubernetes\.kubeconfig is of no use \(there is no .*nowhere\) in Pulumi\.dev\.yaml; name the file/));

  it("needs a context that the file has, and says which it has", async () => {
    const { kubeconfig: file } = await start();
    assert.match(await refused({ kubeconfig: file, context: "prod" }), /kubernetes\.context is of no use \(.* has no context "prod"; it knows test\)/);
  });

  it("needs to answer", async () => {
    const file = join(folder, "silent");
    await writeFile(file, kubeconfig("http://127.0.0.1:1"));
    assert.match(await refused({ kubeconfig: file }), /kubernetes is a cluster that doesn't answer \(http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
  });

  it("needs to be new enough", async () => {
    const { kubeconfig: file } = await start({ minor: "29+" });
    assert.match(await refused({ kubeconfig: file }), /a cluster of version v1\.29/);
  });

  it("needs each permission, and every one that is missing is named at once", async () => {
    const { kubeconfig: file } = await start({ refused: ["create jobs.batch", "delete jobs.batch", "patch secrets", "get pods/log"] });
    const message = await refused({ kubeconfig: file });
    assert.match(message, /Pulumi\.dev\.yaml has 3 problems; nothing was changed/);
    for (const what of ["patch secrets", "get pods/log", "create, delete jobs.batch"]) assert.ok(message.includes(`without permission to ${what} `), message);
  });

  it("is reached by a login program's token, and by the first of several files that names it", async () => {
    const { kubeconfig: file, url } = await start();
    const user = { exec: { command: process.execPath, args: ["-e", `console.log(JSON.stringify({ status: { token: process.env.WORD + JSON.parse(process.env.KUBERNETES_EXEC_INFO).kind } }))`], env: [{ name: "WORD", value: "an-" }] } };
    const other = join(folder, "other");
    await writeFile(other, kubeconfig(url, { context: "other", user }));
    const before = process.env["KUBECONFIG"];
    process.env["KUBECONFIG"] = `${file}:${other}`;
    try {
      assert.equal((await connect({})).token, "a-token");
      assert.equal((await connect({ kubeconfig: other })).token, "an-ExecCredential");
    } finally {
      if (before === undefined) delete process.env["KUBECONFIG"];
      else process.env["KUBECONFIG"] = before;
    }
  });

  it("tells no secret when a login program fails", async () => {
    const file = join(folder, "failing");
    await writeFile(file, kubeconfig("http://127.0.0.1:1", { user: { exec: { command: process.execPath, args: ["-e", `console.log("hunter2"); console.error("log in first"); process.exit(3)`] } } }));
    const message = await refused({ kubeconfig: file });
    assert.match(message, /log in first/);
    assert.ok(!message.includes("hunter2"));
  });

  it("speaks of what it was asked", async () => {
    const { kubeconfig: file } = await start();
    const answer = await call(await connect({ kubeconfig: file }), "GET", "/apis/nothing");
    assert.equal(answer.status, 404);
  });
});
