import assert from "node:assert/strict";
import { changes, Project } from "../support";

const PROGRAM = `
const bucket = new (require("@pulumi/aws/s3/bucket").Bucket)("backups", { tags: { system: "motel" } });
const k8s = require("@pulumi/kubernetes/core/v1/configMap");
const map = new k8s.ConfigMap("settings", { metadata: { name: "settings", namespace: "motel" }, data: { bucket: bucket.arn } });
exports.arn = bucket.arn; exports.name = map.metadata.name;
`;

describe("the recording stand-ins for aws and kubernetes", function () {
  this.timeout(60_000);

  let project: Project | undefined;
  const start = async (env: Record<string, string>): Promise<Project> => (project = await Project.create(PROGRAM, { env }));
  afterEach(async () => {
    await project?.close();
    project = undefined;
  });

  it("preview, but refuse to pretend that they created something", async () => {
    const subject = await start({});
    const previewed = await subject.preview();
    assert.ok(previewed.ok, previewed.output);
    const refused = await subject.up();
    assert.ok(!refused.ok);
    assert.match(refused.output, /aws:s3\/bucket:Bucket backups was not created: .*official plugin/);
  });

  it("record what a test creates, with made-up names that stay the same", async () => {
    const subject = await start({ STACKBOOK_RECORDER: "1" });
    await subject.mustUp();
    const outputs = await subject.outputs();
    assert.match(String(outputs.arn), /^arn:aws:s3:.*:bucket\/backups-[0-9a-f]{7}$/);
    assert.equal(outputs.name, "settings");
    assert.deepEqual(changes(await subject.mustUp()), []);
    assert.deepEqual(await subject.outputs(), outputs);
    assert.deepEqual(changes(await subject.mustUp(PROGRAM.replace("motel\" } });\nconst k8s", "mps\" } });\nconst k8s"))), ["update backups"]);
  });
});
