import { z } from "zod";
import { documented, longText, looseText, text } from "./fields";
import { checkImageReference } from "./image";

/** The image that stands for the demo app; one word, so that it can't be a reference by mistake. */
export const referenceAppWord = "reference-app";

const imageReference = text((value) => value === referenceAppWord || checkImageReference(value), {
  about: "",
  allowed: "an image reference, registry/repository:tag@sha256:<64 hex digits>",
  example: "registry.example.org/motel/backend:1.4.2@sha256:...",
});

const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const namedTexts = (about: string, example: string, fallback: string) =>
  documented(
    z.record(
      z.string().regex(environmentName),
      looseText((value) => value.length <= longText, { about, example, allowed: `text of at most ${longText} characters; put fractions and numbers with leading zeros in quotes`, hidden: true }),
    ),
    { type: "map of text", allowed: "names of letters, digits and _, with text", about, example, default: fallback, hidden: true },
  );

const build = z.strictObject({
  build: z.strictObject({
    context: text((value) => value.trim() !== "", { about: "Folder to build from, relative to this repository", allowed: "a folder's path", example: "../motel/frontend" }),
    dockerfile: text((value) => value.trim() !== "", { about: "Dockerfile in that folder", allowed: "a file's path", example: "Dockerfile.prod", default: "Dockerfile" }).optional(),
    args: namedTexts("Build arguments; they stay in the image, so never a secret", "{ NODE_VERSION: \"20\" }", "none").optional(),
  }),
});

/** The key `image` of a service, in whichever of a system's versions. */
export const imageKey = (about: string, fallback: string) =>
  documented(z.union([imageReference, build]), {
    type: "text or map",
    allowed: "an image reference, registry/repository:tag@sha256:<64 hex digits>, or { build: { context: <folder> } }",
    about,
    example: "registry.example.org/motel/backend:1.4.2@sha256:...",
    default: fallback,
  });
