// Slow: builds the image of the ACME client, which no test of npm test needs.
import * as assert from "node:assert/strict";
import { image, runOnce } from "./support";

describe("the image of the ACME client", function () {
  this.timeout(60_000);

  it("lego runs as any user and knows what the edge asks of it", async () => {
    const { code, output } = await runOnce(await image("lego"), "99:99", ["-ec", "lego --version; lego --help; for command in run renew; do lego --path /tmp/lego $command --help; done"], ["--entrypoint", "sh"]);
    assert.equal(code, 0, output);
    for (const option of ["lego version", "--http.port", "--server", "--accept-tos", "--path", "renew", "--days"]) assert.ok(output.includes(option), `${option} is missing in\n${output}`);
  });
});
