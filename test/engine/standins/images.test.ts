import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { changes } from "../support";
import { docker, PROBE, program, projects } from "./probe";

const NAME = "stackbook-test-built:1";

describe("the docker stand-in's images", function () {
  this.timeout(120_000);
  const start = projects();
  afterEach(async () => {
    await docker.getImage(NAME).remove({ force: true }).catch(() => undefined);
  });

  const built = (args: Record<string, string>): string =>
    program(
      `const image = new docker.Image("sbt-built", { imageName: "${NAME}", skipPush: true, build: { context: "app", args: ${JSON.stringify(args)}, target: "last" } });`,
      `exports.id = image.repoDigest; exports.name = image.imageName;`,
    );

  it("are built from a folder with arguments and target, without what .dockerignore leaves out, and again only when something changes", async () => {
    const subject = await start(built({ COLOUR: "blue" }));
    await subject.write("app/Dockerfile", `FROM ${PROBE} AS last\nARG COLOUR\nLABEL colour=$COLOUR\nCOPY . /app/\n\nFROM ${PROBE} AS other\n`);
    await subject.write("app/kept.txt", "one");
    await subject.write("app/node_modules/left-out.txt", "x");
    await subject.write("app/.dockerignore", "node_modules\n*.log\n!kept.log\n");
    await subject.write("app/kept.log", "y");
    await subject.mustUp();
    const { id } = (await subject.outputs()) as { id: string };
    const info = await docker.getImage(NAME).inspect();
    assert.equal(info.Id, id);
    assert.equal(info.Config.Labels.colour, "blue");
    assert.deepEqual(await filesIn(NAME, "/app"), ["app/.dockerignore", "app/Dockerfile", "app/kept.log", "app/kept.txt"]);
    assert.deepEqual(changes(await subject.mustUp()), []);

    await writeFile(join(subject.folder, "app/node_modules/left-out.txt"), "changed");
    assert.deepEqual(changes(await subject.mustUp()), []);
    await writeFile(join(subject.folder, "app/kept.txt"), "two");
    assert.deepEqual(changes(await subject.mustUp()), ["update sbt-built"]);
    assert.notEqual(((await subject.outputs()) as { id: string }).id, id);
    assert.deepEqual(changes(await subject.mustUp(built({ COLOUR: "red" }))), ["update sbt-built"]);
    assert.equal((await docker.getImage(NAME).inspect()).Config.Labels.colour, "red");
  });

  it("that can't be built fail the update with the build's last lines", async () => {
    const subject = await start(built({}));
    await subject.write("app/Dockerfile", `FROM ${PROBE} AS last\nRUN ["/probe", "end", "3"]\n`);
    const refused = await subject.up();
    assert.ok(!refused.ok);
    assert.match(refused.output, new RegExp(`image ${NAME} could not be built from app: `));
    assert.match(refused.output, /the probe was told to end/);
  });

  it("say which Dockerfile is missing, and which was probably meant", async () => {
    const text = program(`new docker.Image("sbt-lost", { imageName: "${NAME}", skipPush: true, build: { context: "app", dockerfile: "Special" } });`);
    const subject = await start(text);
    await subject.write("app/Special", `FROM ${PROBE}\n`);
    assert.match((await subject.preview()).output, /build\.dockerfile Special is not there.*use app\/Special/);
  });

  it("are taken from the engine by name or id, and stay there when keepLocally is set", async () => {
    const { Id } = await docker.getImage(PROBE).inspect();
    const text = program(
      `exports.a = new docker.RemoteImage("sbt-name", { name: "${PROBE}", keepLocally: true }).imageId;`,
      `exports.b = new docker.RemoteImage("sbt-id", { name: "${Id}", keepLocally: true }).imageId;`,
    );
    const subject = await start(text);
    await subject.mustUp();
    assert.deepEqual(await subject.outputs(), { a: Id, b: Id });
    assert.deepEqual(changes(await subject.mustUp()), []);
    assert.ok((await subject.refresh()).ok);
    assert.deepEqual(changes(await subject.mustUp()), []);
    await subject.mustUp(program());
    assert.equal((await docker.getImage(PROBE).inspect()).Id, Id);
  });
});

/** Files of an image below a folder, without starting it. */
async function filesIn(image: string, path: string): Promise<string[]> {
  const { extract } = await import("tar-stream");
  const container = await docker.createContainer({ Image: image, Cmd: ["none"] });
  try {
    const names: string[] = [];
    const archive = extract();
    archive.on("entry", (header, stream, next) => {
      if (header.type === "file") names.push(header.name);
      stream.on("end", next).resume();
    });
    const source = await container.getArchive({ path });
    await new Promise((resolve, reject) => source.pipe(archive).on("finish", resolve).on("error", reject));
    return names.sort();
  } finally {
    await container.remove({ force: true });
  }
}
