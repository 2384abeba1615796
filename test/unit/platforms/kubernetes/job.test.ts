import assert from "node:assert/strict";
import { run, type JobInputs } from "../../../../platforms/kubernetes/tasks/run";
import { leftBehind } from "../../../../platforms/kubernetes/tasks/scale";
import { FakeCluster, type Wishes } from "../../../support/fakeCluster";

describe("a task on Kubernetes", () => {
  let cluster: FakeCluster | undefined;
  afterEach(async () => {
    await cluster?.close();
    cluster = undefined;
  });
  const start = async (wishes: Wishes = {}): Promise<FakeCluster> => (cluster = await FakeCluster.start(wishes));
  const inputs = ({ kubeconfig }: FakeCluster, more: Partial<JobInputs> = {}): JobInputs => ({
    cluster: { kubeconfig },
    namespace: "web-motel",
    name: "migration-a",
    image: "registry.example.org/motel:1.0.0",
    command: ["migrate"],
    env: { DATABASE_URL: "postgresql://secret" },
    user: "1000:1000",
    serviceAccount: "tasks",
    labels: { "stackbook.system": "motel" },
    memoryMiB: 64,
    timeoutSeconds: 30,
    title: "motel: migration",
    ...more,
  });

  it("runs to its end, answers with its log's last line, and leaves nothing", async () => {
    const fake = await start({ log: "first\nlast" });
    assert.equal((await run(inputs(fake))).answer, "last");
    assert.match(fake.jobs.join(), /^migration-a-[0-9a-f]{10}$/);
    assert.equal(fake.made.size, 0);
  });

  it("keeps its environment in a Secret, and no secret in the Job", async () => {
    const fake = await start();
    const bodies: string[] = [];
    const make = fake.made.set.bind(fake.made);
    fake.made.set = (path, body) => {
      bodies.push(`${path} ${JSON.stringify(body)}`);
      return make(path, body);
    };
    await run(inputs(fake));
    assert.deepEqual(bodies.map((body) => [body.includes("/secrets/"), body.includes("postgresql://secret")]), [[true, true], [false, false]]);
  });

  it("fails with the log's last lines, and leaves nothing", async () => {
    const fake = await start({ broken: "motel:1.0.0", log: "column guests.name is missing" });
    await assert.rejects(run(inputs(fake)), /motel: migration failed \(Job has reached the specified backoff limit\); its last lines:\ncolumn guests\.name is missing/);
    assert.equal(fake.made.size, 0);
  });

  it("ends the run that an update which was cut off has left, and no other task's, before its own", async () => {
    const fake = await start();
    const left = (task: string) => ({ metadata: { name: `${task}-0000000000`, labels: { "stackbook.task": task } } });
    for (const kind of ["/apis/batch/v1/namespaces/web-motel/jobs", "/api/v1/namespaces/web-motel/secrets"]) {
      for (const task of ["migration-a", "migration-b"]) fake.made.set(`${kind}/${task}-0000000000`, left(task));
    }
    await run(inputs(fake));
    assert.deepEqual([...fake.made.keys()].map((path) => path.split("/").at(-1)), ["migration-b-0000000000", "migration-b-0000000000"]);
    const deleted = fake.asked.indexOf("DELETE /apis/batch/v1/namespaces/web-motel/jobs/migration-a-0000000000");
    assert.ok(deleted >= 0 && deleted < fake.asked.indexOf("POST /apis/batch/v1/namespaces/web-motel/jobs"));
  });

  it("is another Job for another trigger, and is told the one before", async () => {
    const fake = await start();
    await run(inputs(fake, { triggers: ["1"], previousTrigger: "BEFORE" }));
    await run(inputs(fake, { triggers: ["2"], previousTrigger: "BEFORE" }), "1");
    assert.equal(new Set(fake.jobs).size, 2);
  });

  describe("that nobody may work beside", () => {
    const at = "/apis/apps/v1/namespaces/web-motel/deployments/backend-a";
    const stops = { "stackbook.system": "motel", "stackbook.service": "backend" };
    const deployed = (fake: FakeCluster, replicas: number, annotations: Record<string, string> = {}): void => void fake.made.set(at, { metadata: { name: "backend-a", labels: stops, annotations }, spec: { replicas } });
    const now = (fake: FakeCluster): readonly unknown[] => {
      const { metadata, spec } = fake.made.get(at) ?? assert.fail();
      return [spec?.replicas, metadata.annotations];
    };

    it("stops the Deployments before its Job is made, and leaves them to what comes next", async () => {
      const fake = await start();
      deployed(fake, 3);
      await run(inputs(fake, { stops }));
      assert.deepEqual(now(fake), [0, {}]);
      assert.ok(fake.asked.indexOf(`PATCH ${at}`) < fake.asked.indexOf("POST /apis/batch/v1/namespaces/web-motel/jobs"));
    });

    it("starts them again, with as many pods as before, when it fails", async () => {
      const fake = await start({ broken: "motel:1.0.0" });
      deployed(fake, 3);
      await assert.rejects(run(inputs(fake, { stops })), /motel: migration failed/);
      assert.deepEqual(now(fake), [3, {}]);
    });

    it("starts while it rests what an update that was cut off has stopped, and runs nothing", async () => {
      const fake = await start();
      deployed(fake, 0, { "stackbook.dev/held": "2" });
      const stopping = { namespace: "web-motel", stops };
      assert.equal(await leftBehind({ kubeconfig: fake.kubeconfig }, stopping), true);
      await run(inputs(fake, { stops, isResting: true }));
      assert.deepEqual(now(fake), [2, {}]);
      assert.deepEqual(fake.jobs, []);
      assert.equal(await leftBehind({ kubeconfig: fake.kubeconfig }, stopping), false);
    });

    it("knows how many there were also when it is the second to stop them", async () => {
      const fake = await start({ broken: "motel:1.0.0" });
      deployed(fake, 0, { "stackbook.dev/held": "4" });
      await assert.rejects(run(inputs(fake, { stops })));
      assert.deepEqual(now(fake), [4, {}]);
    });

    it("takes a cluster that can't be asked for one that has nothing to say", async () => {
      assert.equal(await leftBehind({ kubeconfig: "/nowhere" }, { namespace: "web-motel", stops }), false);
    });
  });
});
