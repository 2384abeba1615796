import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { completionScript, type Node } from "../../../operations/completion";
import { commands } from "../../../operations/commands";
import { runCommand } from "../../../operations/main";
import type { Context } from "../../../operations/commands/types";

const root: Node = {
  name: "stackbook", options: ["--json", "--stack"], takesSystem: false,
  commands: [
    { name: "deploy", options: ["--gradual", "--json", "--yes"], takesSystem: true, commands: [] },
    { name: "backups", options: ["--json"], takesSystem: false, commands: [{ name: "list", options: ["--tier"], takesSystem: true, commands: [] }] },
  ],
};

/** What bash itself offers after these words. */
function offered(script: string, ...words: readonly string[]): string[] {
  const line = ["stackbook", ...words];
  const program = `${script}\nCOMP_WORDS=(${line.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${line.length - 1}; _stackbook; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", program], { encoding: "utf8" }).trim().split("\n").filter((word) => word !== "");
}

describe("completion", () => {
  const script = completionScript("bash", root, { program: "/srv/it's here/operations/bin.cjs", systems: ["memo", "motel"] });

  it("offers commands, systems and options where they can stand", () => {
    assert.deepEqual(offered(script, ""), ["deploy", "backups", "--json", "--stack"]);
    assert.deepEqual(offered(script, "de"), ["deploy"]);
    assert.deepEqual(offered(script, "deploy", "m"), ["memo", "motel"]);
    assert.deepEqual(offered(script, "deploy", "motel", "2.0.0", "--g"), ["--gradual"]);
    assert.deepEqual(offered(script, "backups", "list", "--"), ["--tier"]);
    assert.deepEqual(offered(script, "--stack", "prod", "backups", ""), ["list", "--json"]);
  });

  it("is a script that bash takes, and zsh's begins with what makes it understand bash's", () => {
    execFileSync("bash", ["-n", "-c", script]);
    assert.match(completionScript("zsh", root, { program: "/x", systems: [] }), /bashcompinit/);
  });

  it("has every command there is, each of which says what it does and answers --help", async function () {
    this.timeout(60_000);
    let out = "";
    const output = { out: (text: string) => void (out += text), err: (text: string) => void (out += text) };
    // Neither help nor completion asks for anything of a stack.
    const context = { root: "/srv/clone" } as Context;
    assert.equal(await runCommand(["completion", "bash"], context, output), 0);
    for (const name of Object.keys(commands)) assert.ok(out.includes(`' ${name}')`), name);
    assert.ok(offered(out, "rollback", "--").includes("--because"));
    for (const [name, { summary }] of Object.entries(commands)) {
      out = "";
      assert.equal(await runCommand([name, "--help"], context, output), 0, name);
      assert.ok(summary.length > 10 && out.includes("Usage: stackbook"), name);
    }
    out = "";
    assert.equal(await runCommand(["completion", "fish"], context, output), 2);
  });
});
