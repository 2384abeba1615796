import { z } from "zod";
import { documented, flag, text } from "./fields";

/** The key `systems.<id>.migration`. */
export const migrationSchema = documented(
  z.preprocess(
    (value) => (value === "false" ? false : value),
    z.union([
      z.literal(false),
      z.strictObject({
        command: documented(
          z.array(text((value) => value !== "", { about: "A word of the command", allowed: "text that is not empty", example: "npx" })).min(1).max(100),
          {
            type: "list of text",
            allowed: "a command as a list of words",
            about: "Runs in the backend's image, once for each version, and must succeed before the new backend takes traffic",
            example: "[npx, prisma, migrate, deploy]",
            default: "the one that the system has without this key",
          },
        ).optional(),
        irreversible: flag({
          about: "The migration of the version being deployed takes from the version before what it needs: a rollback over it must bring back data too",
          example: "true",
          default: "false",
        }).optional(),
      }),
    ]),
  ),
  {
    type: "map or false",
    allowed: "{ command: [...], irreversible: true or false }, or false for none",
    about: "Database migration of each release",
    example: "{ command: [npx, prisma, migrate, deploy] }",
    default: "the catalogue's (motel, fetms); the reference app's own where its backend runs",
  },
);
