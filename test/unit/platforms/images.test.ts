import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lacksImage, officialImages, ownImages, readPackageBuiltImages, resolveImage } from "../../../platforms/images";

describe("the catalogue of images", () => {
  it("pins every official image by tag and digest", () => {
    for (const [name, reference] of Object.entries(officialImages)) {
      assert.match(reference, /^[a-z0-9._/-]+:[\w.-]+@sha256:[0-9a-f]{64}$/, name);
    }
  });

  it("is of the versions that are built from Go modules where no registry answers", () => {
    const modules = (folder: string): string => fs.readFileSync(path.join(__dirname, "../../../airgap/images", folder, "go.mod"), "utf8");
    const version = (name: keyof typeof officialImages): string => /:v?([\d.]+)/.exec(officialImages[name])?.[1] ?? "";
    // The module of Prometheus 3.15.0 is called v0.315.0.
    const prometheus = version("prometheus").replace(/^3\.(\d+)/, "0.3$1");
    for (const [folder, wanted] of [
      ["programs", `github.com/prometheus/prometheus v${prometheus}`],
      ["programs", `go.opentelemetry.io/collector/otelcol v${version("collector")}`],
      ["programs", `github.com/percona/mongodb_exporter v${version("mongodbExporter")}`],
      ["alertmanager/go", `github.com/prometheus/alertmanager v${version("alertmanager")}`],
      ["loki/go", `github.com/grafana/loki/v3 v${version("loki")}`],
    ] as const) assert.ok(modules(folder).includes(`${wanted}\n`), wanted);
  });

  it("has a folder to build from for each image that nobody publishes with a digest", () => {
    for (const name of ownImages) {
      assert.ok(fs.existsSync(path.join(__dirname, "../../../agents", name, "Dockerfile")), name);
      assert.equal(resolveImage(name, {}, {}), undefined);
      assert.equal(resolveImage(name, { [name]: "mine/it:1" }, {}), "mine/it:1");
    }
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

  it("says why an image can't be had, unless the configuration gives one", () => {
    const built = reading('{ "grafana": { "missing": "no package of it" }, "web": { "ref": "w:1" } }')();
    assert.equal(lacksImage("grafana", {}, built), "no package of it");
    assert.equal(lacksImage("grafana", { grafana: "mine/grafana:1" }, built), undefined);
    assert.equal(lacksImage("web", {}, built), undefined);
    assert.equal(resolveImage("grafana", {}, built), officialImages.grafana);
  });

  it("says which file is missing and what to do", () => {
    assert.throws(() => readPackageBuiltImages({ STACKBOOK_IMAGES: "/nowhere/images.json" }), /STACKBOOK_IMAGES is \/nowhere\/images\.json: .*ENOENT.*; run "npm start"/);
  });

  it("refuses what is not JSON", () => assert.throws(reading("{ redis"), /it is not JSON/));

  it("refuses what is no object", () => {
    for (const content of ["[]", "null", '"redis"']) assert.throws(reading(content), /no object of images/);
  });

  it("names the entry that has no image", () => {
    for (const entry of ['"redis:7"', "{}", '{ "ref": "" }', '{ "missing": "" }', "null"]) assert.throws(reading(`{ "redis": ${entry} }`), /its entry "redis" is/);
  });
});
