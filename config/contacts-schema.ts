import { z } from "zod";
import { contactRoles, type ContactRole } from "../systems/contacts";
import { looseText } from "./fields";

/** The keys of `stackbook:contacts` and `systems.<id>.contacts`: people are the stack's, roles are the runbooks'. */

const roles = Object.entries(contactRoles) as readonly (readonly [ContactRole, string])[];

/** @param fallback in words, where the stack file has none */
export function contactsSchema(fallback: string) {
  return z
    .strictObject(
      Object.fromEntries(
        roles.map(([role, title]) => [
          role,
          looseText((value) => value.trim() !== "" && value.length <= 200 && !/\p{Cc}/u.test(value), {
            about: `${title}: who it is, and how to reach them; shown in the runbook`,
            allowed: "text of at most 200 characters",
            example: role === "onCall" ? "Kim, +49 30 1234567" : `${title.toLowerCase()}, ops@example.org`,
            default: fallback,
          }).optional(),
        ]),
      ) as Record<ContactRole, z.ZodOptional<ReturnType<typeof looseText>>>,
    )
    .optional();
}
