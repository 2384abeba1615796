import assert from "node:assert/strict";
import { reference, textAsCode } from "../../../bench/flat/reference";
import { renderFlat } from "../../../bench/flat/render";

describe("bench: the program written flat", () => {
  const nameOf = (index: number): string => `r${index}`;

  it("writes a text without outputs as it is", () => assert.equal(textAsCode("a `b` ${c}", nameOf), '"a `b` ${c}"'));

  it("writes a lone output as a reference to its resource", () => assert.equal(textAsCode(reference(12, "name"), nameOf), "r12.name"));

  it("interpolates outputs, and nothing else", () =>
    assert.equal(textAsCode(`u:${reference(3, "result")}@${reference(4, "name")} \${x} \`\\`, nameOf), "pulumi.interpolate`u:${r3.result}@${r4.name} \\${x} \\`\\\\`"));

  it("writes secrets as what they are made of, with each type's provider", () => {
    const text = renderFlat(
      [
        { type: "pulumi:providers:docker", name: "engine", inputs: { disableDockerDaemonCheck: "true" } },
        { type: "docker:index/container:Container", name: "app", inputs: { envs: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: ["A=1"] } } },
      ],
      "/repository",
    );
    assert.match(text, /const r0 = new docker\.Provider\("engine", \{ "disableDockerDaemonCheck": true \}\);/);
    assert.match(text, /const r1 = new docker\.Container\("app", \{ "envs": \["A=1"\] \}, \{ provider: r0 \}\);/);
  });

  it("names a type it has no constructor for", () => assert.throws(() => renderFlat([{ type: "aws:s3/bucket:Bucket", name: "b", inputs: {} }], "/r"), /aws:s3\/bucket:Bucket/));
});
