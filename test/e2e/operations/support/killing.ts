import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { containersOf } from "../../support/engine";
import { startLoad, Visitor } from "../../support/http";
import { Clone } from "./clone";

/** Everything that an update has started, killed at once: the command, the CLI, its plugins and language host. */
async function killedAfter(clone: Clone, milliseconds: number, argv: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [join(clone.folder, "operations/bin.cjs"), ...argv, "--stack", clone.stack], { cwd: clone.folder, env: clone.env, detached: true, stdio: "ignore" });
  const ended = new Promise<boolean>((resolve) => child.once("close", () => resolve(true)));
  const inTime = await Promise.race([ended, new Promise<boolean>((resolve) => setTimeout(() => resolve(false), milliseconds))]);
  // A group of its own, so that nothing of the test's is hit.
  if (!inTime && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  await ended;
  return !inTime;
}

/**
 * Deploys that are killed at so many moments, spread over one that goes through; after each, one command brings the
 * stack to a clean state. Visitors ask all the time.
 */
export function killed(stack: string, httpsPort: number, moments: number): void {
  const origin = `https://motel.localhost:${httpsPort}`;
  const clone = new Clone(stack, {
    "stackbook:environment": "dev",
    "stackbook:edge": { httpPort: httpsPort - 363, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 2 },
    "stackbook:demo": { seed: true, traffic: false },
    "stackbook:monitoring": { enabled: false },
    "stackbook:backups": { enabled: false },
    "stackbook:systems": { motel: { version: "1.0.0" } },
  });

  describe(`an update that is killed at ${moments} moments`, function () {
    this.timeout(moments * 180_000 + 600_000);
    let ca: string;
    let load: ReturnType<typeof startLoad>;
    /** How long a whole deploy takes here and now, milliseconds. */
    let whole: number;
    let version = "1.0.1";

    const deploy = (to: string): readonly string[] => ["deploy", "motel", to, "--watch", "0", "--yes"];
    const served = async (): Promise<string> => {
      const visitor = new Visitor(origin, ca);
      try {
        return (await visitor.json<{ version: string }>("/api/version")).version;
      } finally {
        visitor.close();
      }
    };

    before(async () => {
      await clone.start();
      await clone.up();
      ca = (await clone.outputs()).caCertificate;
      const began = Date.now();
      await clone.done(...deploy(version));
      whole = Date.now() - began;
      load = startLoad(origin, ca, "/api/version", 3);
    });
    after(() => clone.destroy());

    for (let moment = 0; moment < moments; moment += 1) {
      it(`is put right by one command (${Math.round((100 * (moment + 0.5)) / moments)} % of its time)`, async () => {
        const to = `1.${moment + 1}.0`;
        const was = await killedAfter(clone, (whole * (moment + 0.5)) / moments, deploy(to));
        assert.ok([version, to].includes(await served()), "one of the two versions serves");
        const { code, output } = await clone.stackbook(...deploy(to));
        // Cut off when all was done: there is nothing left to deploy, and nothing to put right.
        if (code !== 0) assert.match(output, was ? /runs already/ : /./, output);
        version = to;
        assert.equal(await served(), to, output);
        await clone.must("preview", "--expect-no-changes");
        const app = await containersOf(stack, { role: "app" });
        assert.deepEqual(app.map(({ Labels, State }) => `${Labels["stackbook.service"]} ${Labels["stackbook.version"]} ${State}`).sort(), [`backend ${to} running`, `frontend ${to} running`]);
        assert.deepEqual((await containersOf(stack, { role: "task" })).length, 0, "no container of a Task is left");
        const exported = JSON.parse((await clone.must("stack", "export")).output) as { deployment: { pending_operations?: unknown[]; resources: readonly { delete?: boolean }[] } };
        assert.deepEqual([exported.deployment.pending_operations ?? [], exported.deployment.resources.filter((resource) => resource.delete === true)], [[], []]);
      });
    }

    it("kept every visitor served", async () => {
      const { answers, failures } = await load.stop();
      assert.ok(answers > 100 * moments, `${answers} answers`);
      assert.deepEqual(failures, {});
    });
  });
}
