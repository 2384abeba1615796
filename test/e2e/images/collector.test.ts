import * as assert from "node:assert/strict";
import { officialImages } from "../../../platforms/images";
import { image, runOnce } from "./support";

describe("the collector's image", function () {
  this.timeout(60_000);
  const otelcol = async (...words: string[]): Promise<string> => {
    const { code, output } = await runOnce(await image("collector"), "10001:10001", words);
    assert.equal(code, 0, output);
    return output;
  };

  it("is of the official image's version", async () => {
    const [, version = "none"] = /:([\d.]+)@/.exec(officialImages.collector) ?? [];
    assert.ok((await otelcol("--version")).endsWith(` ${version}`));
  });

  it("has the components that the stack's configuration names, and calls them so", async () => {
    const listed = await otelcol("components");
    for (const name of ["file_log", "transform", "batch", "memory_limiter", "otlp_http", "file_storage", "health_check"]) assert.match(listed, new RegExp(`name: ${name}$`, "m"));
  });

  it("says where a configuration is wrong", async () => {
    const { code, output } = await runOnce(await image("collector"), "10001:10001", ["validate", "--config=yaml:receivers: { nobody: }"]);
    assert.notEqual(code, 0);
    assert.match(output, /nobody/);
  });
});
