import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { defaults } from "../../../config/defaults";
import { formatPath } from "../../../config/errors";
import { readStack } from "../../../config/issues";
import { renderReference } from "../../../config/reference";
import { stackSchema } from "../../../config/schema";
import { editDistance, nearest } from "../../../config/suggest";
import { allPaths, anyName, docOf } from "../../../config/walk";
import { systems } from "../../../systems";
import { publicKey } from "./keys";

const root = join(__dirname, "../../..");

/** What else a map needs for one of its keys to be taken. */
function beside(holder: readonly string[], key: string): object {
  if (holder.at(-1) === "tls") return { kind: "acme", email: "a@example.org" };
  if (holder.at(-1) === "build") return { context: "." };
  if (holder.at(-1) === "encryption") return { kind: key === "publicKey" ? "publicKey" : "symmetric" };
  if (holder.at(-1) === "beside") return { version: "9.0.0" };
  if (holder.at(-1) === "halted") return { at: "2026-11-21T08:00:00Z", by: "ops@desk" };
  if (holder.at(-1) === "restore") return { id: "1", backup: "latest" };
  if (holder.at(-1) !== anyName || holder.includes("thresholds")) return {};
  if (holder.includes("stores")) return key === "path" ? { kind: "directory" } : { kind: "s3", bucket: "a-bucket", region: "eu-central-1" };
  if (holder.includes("maintenance")) return { systems: "all", days: ["monday"], from: "01:00", to: "02:00" };
  return key === "channel" ? { kind: "slack" } : { kind: "email", to: ["a@example.org"], from: "b@example.org", smarthost: "smtp.example.org:587" };
}

describe("docs/configuration.md", () => {
  it("is what the schema says; `npm run docs` writes it again", () => {
    assert.equal(readFileSync(join(root, "docs/configuration.md"), "utf8"), renderReference());
  });

  it("has every key of the schema", () => {
    const page = renderReference();
    const bySystem = ["systems", "alerts.systemRoutes", "alerts.thresholds", "backups.drill.checks"];
    for (const { path, schema } of allPaths(stackSchema)) {
      if (docOf(schema) === undefined) continue;
      // What an image is made of is said once.
      if (path.includes("beside") && path.includes("build")) continue;
      const shown = path.map((step, index) => (step === anyName ? "<name>" : bySystem.includes(path.slice(0, index).join(".")) ? "<system>" : path[0] !== "systems" ? step : path[index - 1] === "services" ? "<service>" : step));
      assert.ok(page.includes(`\`${shown.join(".")}\``), shown.join("."));
    }
  });

  it("leaves no value without a description, whatever its depth", () => {
    const bare = allPaths(stackSchema).filter(({ path, schema }) => docOf(schema) === undefined && allPaths(schema).length === 0 && path.at(-1) !== "kind");
    assert.deepEqual(bare.map(({ path }) => formatPath(path)), []);
  });

  for (const { path, schema } of allPaths(stackSchema)) {
    const doc = docOf(schema);
    if (doc === undefined || (path[0] === "systems" && path[1] !== "motel")) continue;
    it(`shows an example of ${formatPath(path)} that is taken`, () => {
      const value: unknown = path.at(-1) === "publicKey" ? publicKey : parse(doc.example.replace("...", "0".repeat(64)));
      const input = path.reduceRight<unknown>((inner, step, index) => ({ ...beside(path.slice(0, index), step), [step === anyName ? "ops" : step]: inner }), value);
      assert.deepEqual(readStack(input as Record<string, unknown>).problems, []);
    });
  }

  it("quotes the defaults that are used", () => {
    const page = renderReference();
    assert.match(page, new RegExp(`\`edge\\.httpsPort\`.*\\| ${defaults.httpsPort("dev")} in dev, else ${defaults.httpsPort("prod")} \\|`));
    assert.deepEqual([...new Set(Object.values(systems).map(({ maxBodyMiB }) => maxBodyMiB))], [10], "the page says 10 for every system");
    assert.match(page, new RegExp(`requestsPerMinute\`.*\\| ${defaults.requestsPerMinute} \\|`));
  });
});

describe("did you mean", () => {
  it("counts swapped neighbours as one slip", () => {
    assert.equal(editDistance("replcias", "replicas"), 1);
    assert.equal(editDistance("kitten", "sitting"), 3);
    assert.equal(editDistance("", "abc"), 3);
  });

  it("sees through case and separators, and does not guess wildly", () => {
    assert.equal(nearest("HTTP_PORT", ["httpPort", "httpsPort"]), "httpPort");
    assert.equal(nearest("banana", ["httpPort", "httpsPort"]), undefined);
  });
});

describe("the doors of config/", () => {
  const files = readdirSync(join(root, "config")).map((file) => ({ file, text: readFileSync(join(root, "config", file), "utf8") }));

  it("let Pulumi into load.ts alone", () => {
    assert.deepEqual(files.filter(({ text }) => text.includes('"@pulumi/')).map(({ file }) => file), ["load.ts"]);
  });

  it("open to systems/, alerts/, backups/, zod and Node, and to nothing else", () => {
    const imports = files.filter(({ file }) => file !== "load.ts").flatMap(({ text }) => [...text.matchAll(/from "([^"]+)"/g)].map((match) => match[1] ?? ""));
    assert.deepEqual([...new Set(imports)].filter((name) => !name.startsWith("./") && !name.startsWith("../systems") && !name.startsWith("../alerts") && !name.startsWith("../backups") && name !== "zod" && !name.startsWith("node:")), []);
  });
});
