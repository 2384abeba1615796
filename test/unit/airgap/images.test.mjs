import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { artifacts, defaultNames, images, unavailable } from "../../../airgap/images/catalogue.mjs";
import { paths } from "../../../setup/base/paths.mjs";

const folder = join(paths.root, "airgap/images");

describe("the images built from packages", () => {
  const { officialImages, ownImages } = createRequire(import.meta.url)("../../../platforms/images");

  it("are all that a stack may want, or say why not", () => {
    const wanted = [...Object.keys(officialImages), ...ownImages];
    assert.deepEqual(wanted.filter((name) => !(name in images) && !(name in unavailable)), []);
    assert.deepEqual(Object.keys(unavailable).filter((name) => !wanted.includes(name) || name in images), []);
    for (const why of Object.values(unavailable)) assert.match(why, /^[^\n]{20,160}$/);
  });

  it("have what they are made from, and a user, and start by themselves", () => {
    for (const [name, image] of Object.entries(images)) {
      assert.ok(existsSync(join(folder, name, "build.sh")), name);
      for (const key of image.artifacts) assert.ok(key in artifacts, `${name}: ${key}`);
      for (const word of ["USER", "CMD"]) assert.ok(image.config.some((line) => line.startsWith(`${word} `)), `${name} has no ${word}`);
    }
  });

  it("are built for everyone, but those that take long or are for tests", () => {
    const onDemand = Object.keys(images).filter((name) => !defaultNames.includes(name));
    assert.deepEqual(onDemand, ["collector", "loki", "pebble"]);
    for (const name of ["collector", "loki"]) assert.match(images[name].onlyNamed, /npm start -- --with logs/);
    assert.equal(images.pebble.forTests, true);
  });

  it("name Go programs that their module pins, with a version that the programs will say", () => {
    for (const [name, { folder: place, kind, packages, variables = {} }] of Object.entries(artifacts)) {
      if (kind !== "go") continue;
      const pinned = readFileSync(join(folder, place, "go.mod"), "utf8");
      for (const path of packages) {
        if (path.startsWith("./")) assert.ok(existsSync(join(folder, place, path, "main.go")), path);
        else assert.ok([...pinned.matchAll(/^(?:require)?\s*(\S+) v/gm)].some(([, module]) => path === module || path.startsWith(`${module}/`)), path);
      }
      for (const version of Object.values(variables)) assert.ok(images[name].version === version, `${name} ${version}`);
    }
  });
});
