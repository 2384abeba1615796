import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../config/types";
import type { Platform } from "./platform";
import { assertNever } from "../config/assertNever";

/**
 * Loads the chosen platform and no other: an unused SDK costs seconds at every preview.
 * @param tasks provider of the dynamic resources
 */
export async function loadPlatform(config: StackConfig, tasks: pulumi.ProviderResource): Promise<Platform> {
  switch (config.platform) {
    case "docker":
      return new (await import("./docker")).DockerPlatform(config, tasks);
    case "kubernetes": {
      // Before anything is made, or even previewed.
      await (await import("./kubernetes/access")).checkAccess(config);
      return new (await import("./kubernetes")).KubernetesPlatform(config, tasks);
    }
    case "aws":
      return new (await import("./aws")).AwsPlatform(config, tasks);
    default:
      return assertNever(config.platform);
  }
}
