import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { FakeEcs } from "../../support/fakeEcs";
import type { Ran } from "../../support/pulumi";
import { Checkout } from "./checkout";

const digest = `sha256:${"a".repeat(64)}`;
export const ids = ["fetms", "motel"] as const;

const system = (id: string, version: string): object => ({
  version,
  services: Object.fromEntries(["backend", "frontend"].map((service) => [service, { image: `000000000000.dkr.ecr.eu-central-1.amazonaws.com/${id}/${service}:${version}@${digest}` }])),
  ...(id === "fetms" ? { redis: true } : {}),
});

/** PostgreSQL and DocumentDB, a folder, a scaled service; resources are only recorded, tasks and rollouts are asked of the fake ECS. */
const stackFile = stringify({
  config: {
    "stackbook:environment": "dev",
    "stackbook:platform": "aws",
    "stackbook:domain": "example.org",
    "stackbook:aws": { region: "eu-central-1", hostedZone: "Z0123456789ABCDEFGHIJ", mirror: "000000000000.dkr.ecr.eu-central-1.amazonaws.com/docker-hub", monthlyUsd: 900 },
    "stackbook:alerts": { channels: { mail: { kind: "email", to: ["ops@example.org"], from: "alerts@example.org", smarthost: "smtp.example.org:587" }}, routes: { page: ["mail"], ticket: ["mail"] } },
    "stackbook:backups": { enabled: false },
    "stackbook:tags": { team: "web" },
    "stackbook:systems": Object.fromEntries(ids.map((id) => [id, system(id, "1.0.0")])),
  },
});

/** The program on AWS under the real CLI, in a folder of its own. */
export class Cloud {
  private constructor(readonly ecs: FakeEcs, private readonly checkout: Checkout) {}

  static async start(): Promise<Cloud> {
    const ecs = await FakeEcs.start();
    const checkout = await Checkout.create({ STACKBOOK_RECORDER: "1", ...ecs.env });
    await checkout.stack("cloud", stackFile);
    return new Cloud(ecs, checkout);
  }

  async end(): Promise<void> {
    this.checkout.close();
    await this.ecs.close();
  }

  run(...args: readonly string[]): Promise<Ran> {
    return this.checkout.run(...args, "--stack", "cloud");
  }

  async must(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    assert.equal(code, 0, output);
    return output;
  }

  tryUp(): Promise<Ran> {
    return this.run("up", "--yes", "--skip-preview");
  }

  up(): Promise<string> {
    return this.must("up", "--yes", "--skip-preview");
  }

  /** Writes another version of motel into the stack file. */
  deploy(version: string): void {
    this.checkout.write("Pulumi.cloud.yaml", (before) => {
      // The CLI has added the salt of its passphrase.
      const file = parse(before) as { readonly config: Readonly<Record<string, unknown>> };
      const systems = file.config["stackbook:systems"] as Readonly<Record<string, unknown>>;
      return stringify({ ...file, config: { ...file.config, "stackbook:systems": { ...systems, motel: system("motel", version) } } });
    });
  }
}
