import type { Report } from "./checks";
import { describe, type Path } from "./errors";
import { isPinned } from "./image";
import { referenceAppWord } from "./image-schema";
import type { RawService } from "./schema";
import { checkSettings } from "./settings";
import type { Environment } from "./types";

/** An image that is named somewhere, of a service in whichever version. */
export function checkImage(at: Path, image: RawService["image"], environment: Environment, report: Report): void {
  if (image === referenceAppWord && environment !== "dev") reportReferenceApp(at, image, report);
  if (typeof image === "string" && image !== referenceAppWord && environment !== "dev" && !isPinned(image)) reportUnpinned(at, image, environment, report);
  const args = typeof image === "object" ? (image.build.args ?? {}) : {};
  for (const { name } of checkSettings(args, () => "")) {
    report([...at, "build", "args", name], "a secret in plain text", "plain values", "keep secrets out of build arguments, which stay in the image; the running backend gets them from stack secrets");
  }
}

export function reportReferenceApp(at: Path, image: RawService["image"], report: Report): void {
  report(at, describe(image), "an image reference pinned by digest, or { build: ... }", `name your image, registry/repository:tag@sha256:<64 hex digits>; the reference app is for dev`);
}

export function reportUnpinned(at: Path, reference: string, environment: Environment, report: Report): void {
  report(at, describe(reference), "a reference pinned by digest", `add its digest, ${reference.length < 80 ? reference : "<reference>"}@sha256:<64 hex digits>: in ${environment} what was tested is what runs`);
}
