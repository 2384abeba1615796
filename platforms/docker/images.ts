import * as fs from "node:fs";
import type { LogicalImage } from "../../config/types";

export type { LogicalImage };

export const officialImages: Readonly<Record<LogicalImage, string>> = {
  postgres: "postgres:16.9@sha256:ddfe3e8713e3ee5b8f286082cb12512488dfbf3f5a1ecb0b74a42e6055af0a5f",
  mongodb: "mongo:6.0", redis: "redis:7.4", haproxy: "haproxy:3.0", lego: "goacme/lego:v4", node: "node:20-bookworm-slim", web: "nginxinc/nginx-unprivileged:1.27",
};

export function resolveImage(name: LogicalImage, overrides: Readonly<Partial<Record<LogicalImage, string>>>, packageBuilt: Readonly<Partial<Record<LogicalImage, { ref: string }>>>): string {
  return overrides[name] ?? packageBuilt[name]?.ref ?? officialImages[name];
}

export function readPackageBuiltImages(env: NodeJS.ProcessEnv): Partial<Record<LogicalImage, { ref: string }>> {
  const file = env["STACKBOOK_IMAGES"];
  return file === undefined ? {} : (JSON.parse(fs.readFileSync(file, "utf8")) as Partial<Record<LogicalImage, { ref: string }>>);
}
