import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { officialImages, readPackageBuiltImages, resolveImage } from "../../../platforms/docker/images";

describe("the catalogue of images", () => {
  it("pins every official image by tag and digest", () => {
    assert.deepEqual(Object.keys(officialImages).sort(), ["haproxy", "lego", "mongodb", "node", "postgres", "redis", "web"]);
    for (const reference of Object.values(officialImages)) assert.match(reference, /^[a-z/-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  it("takes the configured image before one built here, and that before the official one", () => {
    const built = { redis: { ref: "stackbook-airgap/redis:7.0-abc" } };
    assert.equal(resolveImage("redis", { redis: "mine/redis:1" }, built), "mine/redis:1");
    assert.equal(resolveImage("redis", {}, built), "stackbook-airgap/redis:7.0-abc");
    assert.equal(resolveImage("postgres", { redis: "mine/redis:1" }, built), officialImages.postgres);
  });
});

describe("STACKBOOK_IMAGES", () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "stackbook-images-"))));
  after(() => fs.rmSync(folder, { recursive: true }));

  const reading = (content: string) => {
    const file = path.join(folder, "images.json");
    fs.writeFileSync(file, content);
    return () => readPackageBuiltImages({ STACKBOOK_IMAGES: file });
  };

  it("is not needed", () => {
    assert.deepEqual(readPackageBuiltImages({}), {});
    assert.deepEqual(readPackageBuiltImages({ STACKBOOK_IMAGES: "" }), {});
  });

  it("gives the images it names, and passes over those that are no part of a stack", () => {
    const read = reading('{ "base": { "ref": "b" }, "web": { "ref": "w:1", "id": "sha256:1" } }');
    assert.deepEqual(read(), { web: { ref: "w:1" } });
  });

  it("says which file is missing and what to do", () => {
    assert.throws(() => readPackageBuiltImages({ STACKBOOK_IMAGES: "/nowhere/images.json" }), /STACKBOOK_IMAGES is \/nowhere\/images\.json: .*ENOENT.*; run "npm start"/);
  });

  it("refuses what is not JSON", () => assert.throws(reading("{ redis"), /it is not JSON/));

  it("refuses what is no object", () => {
    for (const content of ["[]", "null", '"redis"']) assert.throws(reading(content), /no object of images/);
  });

  it("names the entry that has no image", () => {
    for (const entry of ['"redis:7"', "{}", '{ "ref": "" }', "null"]) assert.throws(reading(`{ "redis": ${entry} }`), /its entry "redis" is/);
  });
});
