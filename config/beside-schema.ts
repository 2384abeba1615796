import { z } from "zod";
import { defaults } from "./defaults";
import { documented, looseText, wholeNumber } from "./fields";
import { imageKey } from "./image-schema";
import { checkVersion } from "./texts";

/** The key `systems.<id>.beside`. */

const service = z
  .strictObject({
    image: imageKey("What runs of that version; to be given where the system's own image is a reference, as a version is another one then", "the system's own, where it is built").optional(),
  })
  .optional();

export const besideSchema = documented(
  z.strictObject({
    version: looseText(checkVersion, {
      about: "The version in the other slot",
      allowed: "letters, digits, `.`, `_` and `-`, at most 64, in quotes where it looks like a number",
      example: "1.5.0",
    }),
    percent: wholeNumber(0, 100, {
      about: "Visitors out of a hundred whom it serves, and of requests without cookies as many; at 0 it runs and is looked after, and serves nobody",
      example: "10",
      default: String(defaults.besidePercent),
    }).optional(),
    services: z.strictObject({ backend: service, frontend: service }).optional(),
  }),
  {
    type: "map",
    allowed: "{ version: ..., percent: 0-100 }",
    about: "A second version of the system, in the other slot, with all other settings the same: a candidate, or the one before, kept warm. To promote it, exchange the two versions (with their images) and the slot: nothing restarts",
    example: "{ version: 1.5.0, percent: 10 }",
    default: "none",
  },
);

export type RawBeside = z.output<typeof besideSchema>;
