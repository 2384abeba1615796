import assert from "node:assert/strict";
import { compare } from "bcryptjs";
import { changes } from "../support";
import { docker, program, projects } from "./probe";

const SECRET = "correct-horse-battery-staple";

describe("a state made with the stand-ins", function () {
  this.timeout(120_000);
  const start = projects();

  it("holds no secret in plain text: neither given nor generated, neither after an update nor after a refresh", async () => {
    const text = program(
      `const random = require("@pulumi/random");`,
      `const password = new random.RandomPassword("pw", { length: 24 });`,
      `const given = pulumi.secret(${JSON.stringify(SECRET)});`,
      `container("sbt-secret", { envs: [pulumi.interpolate\`P=\${password.result}\`, pulumi.interpolate\`G=\${given}\`, "PLAIN=1"] });`,
      `exports.password = password.result;`,
    );
    const subject = await start(text);
    await subject.mustUp();
    const { password } = (await subject.outputs()) as { password: string };
    assert.equal(password.length, 24);
    const refreshed = await subject.refresh();
    for (const where of [await subject.stateText(), refreshed.output]) {
      assert.ok(!where.includes(password));
      assert.ok(!where.includes(SECRET));
    }
    assert.deepEqual(changes(await subject.mustUp()), []);
    assert.ok(!(await subject.stateText()).includes(SECRET));
  });

  it("keeps random values for ever, until what replaces them changes", async () => {
    const text = (keeper: string, comment: string): string =>
      program(
        `const random = require("@pulumi/random");`,
        `const password = new random.RandomPassword("pw", { length: 86, special: false, minNumeric: 2, keepers: { rotation: "${keeper}" } });`,
        `const id = new random.RandomId("id", { byteLength: 8, prefix: "p-" });`,
        `const word = new random.RandomString("word", { length: 12, upper: false, overrideSpecial: "_-", minSpecial: 1 });`,
        `exports.all = { password: password.result, hash: password.bcryptHash, hex: id.hex, b64Url: id.b64Url, dec: id.dec, word: word.result }; // ${comment}`,
      );
    const subject = await start(text("1", "a"));
    await subject.mustUp();
    const { all: first } = (await subject.outputs()) as { all: Record<string, string> };
    assert.match(first.password ?? "", /^[A-Za-z0-9]{86}$/);
    assert.ok(await compare(first.password ?? "", first.hash ?? ""));
    assert.match(first.hex ?? "", /^p-[0-9a-f]{16}$/);
    assert.match(first.word ?? "", /^[a-z0-9_-]{12}$/);
    assert.equal((await subject.resource("pw")).id, "none");
    assert.equal((await subject.resource("pw")).outputs.__meta, '{"schema_version":"3"}');
    assert.equal((await subject.resource("word")).outputs.__meta, '{"schema_version":"2"}');
    assert.equal((await subject.resource("word")).id, first.word);

    assert.deepEqual(changes(await subject.mustUp(text("1", "b"))), []);
    assert.ok((await subject.refresh()).ok);
    assert.deepEqual(changes(await subject.mustUp()), []);
    assert.deepEqual((await subject.outputs()).all, first);

    const rotated = await subject.mustUp(text("2", "b"));
    assert.deepEqual(changes(rotated), ["create-replacement pw", "replace pw", "delete-replaced pw"]);
    const { all: second } = (await subject.outputs()) as { all: Record<string, string> };
    assert.notEqual(second.password, first.password);
    assert.equal(second.hex, first.hex);
  });

  it("takes over a volume that is there already, and leaves what it retains", async () => {
    const name = "sbt-adopted";
    await docker.createVolume({ Name: name, Labels: { "stackbook.system": "motel" } });
    try {
      const text = (more: string): string =>
        program(`new docker.Volume("sbt-data", { name: "${name}", labels: [{ label: "stackbook.system", value: "motel" }] }, { retainOnDelete: true${more} });`);
      const subject = await start(text(`, import: "${name}"`));
      assert.deepEqual(changes(await subject.mustUp()), ["import sbt-data"]);
      assert.deepEqual(changes(await subject.mustUp(text(""))), []);
      await subject.mustUp(program());
      assert.equal((await docker.getVolume(name).inspect()).Name, name);
    } finally {
      await docker.getVolume(name).remove();
    }
  });

  it("is previewed before anything is made: names are known, ids are not", async () => {
    const text = program(
      `const net = new docker.Network("sbt-prev");`,
      `const c = container("sbt-prev", { networksAdvanced: [{ name: net.name }], envs: [pulumi.interpolate\`N=\${net.id}\`] });`,
      `exports.net = net.name; exports.id = c.id; exports.scope = net.scope;`,
    );
    const { ok, output } = await (await start(text)).preview();
    assert.ok(ok, output);
    assert.match(output, /net *: "sbt-prev-[0-9a-f]{7}"/);
    assert.match(output, /id *: (output<string>|\[unknown\])/);
    assert.match(output, /scope *: (output<string>|\[unknown\])/);
  });

  it("takes dynamic resources beside them", async () => {
    const text = program(
      `class Sum extends pulumi.dynamic.Resource { constructor(name, args) { super({ create: async (inputs) => ({ id: "1", outs: { total: inputs.a + inputs.b, version: require("dockerode/package.json").version } }) }, name, { total: undefined, version: undefined, ...args }); } }`,
      `const sum = new Sum("sum", { a: 1, b: 2 }); exports.total = sum.total; exports.version = sum.version;`,
    );
    const subject = await start(text);
    await subject.mustUp();
    const { total, version } = await subject.outputs();
    assert.equal(total, 3);
    assert.match(String(version), /^5\./);
  });
});
