import * as pulumi from "@pulumi/pulumi";
import type { ReleasedSystem } from "../../releases/record";
import type { RunningSystem } from "../outputs";
import type { Released } from "./index";

/** Enough to go back to it: what runs of each system, by content. */
export function released(systems: readonly RunningSystem[]): Released {
  return Object.fromEntries(systems.map((running) => [running.config.spec.id, releasedSystem(running)]));
}

function releasedSystem({ config, system }: RunningSystem): pulumi.Output<ReleasedSystem> {
  const { backend, frontend } = system.images;
  return pulumi.all([backend.reference, frontend.reference, system.backup]).apply(([backendImage, frontendImage, backup]) => ({
    version: config.version,
    slot: config.slot,
    images: { backend: backendImage, frontend: frontendImage },
    ...(config.migration === undefined ? {} : { migration: { command: config.migration.command, irreversible: false } }),
    ...(backup === "" ? {} : { backup }),
  }));
}
