import * as pulumi from "@pulumi/pulumi";
import type { ReleasedSystem } from "../../releases/record";
import type { RunningSystem } from "../outputs";
import type { RunningVersion } from "../system";
import type { Released } from "./index";

/** Enough to go back to it: what runs of each system, by content. */
export function released(systems: readonly RunningSystem[]): Released {
  return Object.fromEntries(systems.map((running) => [running.config.spec.id, releasedSystem(running)]));
}

function releasedSystem({ config, system }: RunningSystem): pulumi.Output<ReleasedSystem> {
  const { beside } = config;
  const [own, other] = system.versions;
  return pulumi.all([releasedVersion(own), other === undefined ? undefined : releasedVersion(other)]).apply(([released, besideReleased]) => ({
    version: config.version,
    slot: config.slot,
    ...released,
    ...(beside === undefined || besideReleased === undefined ? {} : { beside: { version: beside.version, percent: beside.percent, ...besideReleased } }),
    ...(config.migration === undefined ? {} : { migration: config.migration }),
  }));
}

function releasedVersion({ backup, images: { backend, frontend } }: RunningVersion): pulumi.Output<Pick<ReleasedSystem, "images" | "backup">> {
  return pulumi.all([backend.reference, frontend.reference, backup]).apply(([backendImage, frontendImage, backedUp]) => ({
    images: { backend: backendImage, frontend: frontendImage },
    ...(backedUp === "" ? {} : { backup: backedUp }),
  }));
}
