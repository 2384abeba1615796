import type { StackConfig } from "../config/types";
import type { Platform } from "./platform";
import { assertNever } from "../config/assertNever";

/** Loads the chosen platform and no other: an unused SDK costs seconds at every preview. */
export async function loadPlatform(config: StackConfig): Promise<Platform> {
  switch (config.platform) {
    case "docker":
      return new (await import("./docker")).DockerPlatform(config);
    case "kubernetes":
    case "aws":
      throw new Error(`stackbook:platform is "${config.platform}"; only "docker" is available in this version`);
    default:
      return assertNever(config.platform);
  }
}
