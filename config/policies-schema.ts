import { z } from "zod";
import { choice, documented, text } from "./fields";

/** `stackbook:policies`: which rules of the policy pack this stack keeps less strictly, and which exceptions it has. The pack reads it (policies/exceptions.ts). */

const name = (about: string, example: string) => text((value) => /^[a-z0-9][A-Za-z0-9._/:-]{0,199}\*?$/.test(value), { about, allowed: "a name; `*` at its end stands for any rest", example });

const isDay = (value: string): boolean => /^\d{4}-\d{2}-\d{2}(T00:00:00Z)?$/.test(value) && !Number.isNaN(Date.parse(value));

export const policiesSchema = z
  .strictObject({
    levels: documented(z.record(z.string().regex(/^[a-z]+(-[a-z]+)*$/), choice(["mandatory", "advisory", "disabled"], { about: "How strictly a rule is kept", example: "advisory" })), {
      type: "map", allowed: "rules' names (docs/policies.md) with mandatory, advisory or disabled",
      about: "How strictly each rule is kept in this stack", example: "{ healthcheck: advisory }", default: "mandatory; in dev as docs/policies.md says",
    }).optional(),
    exceptions: documented(
      z.array(
        z.strictObject({
          rule: name("The rule", "read-only-root"),
          resource: name("The resource that need not keep it; `stack`: the stack as a whole", "motel-backend-a-*"),
          reason: text((value) => value.trim().length >= 10 && value.length <= 500 && !/\p{Cc}/u.test(value), { about: "Why", allowed: "text of one line, 10-500 characters", example: "the image writes beside its program until 1.5 (OPS-217)" }),
          until: text(isDay, { about: "Its last day, UTC", allowed: "a day, such as '2026-12-31'", example: "'2026-12-31'" }),
        }),
      ).max(100),
      {
        type: "list of maps", allowed: "at most 100 of { rule, resource, reason, until }",
        about: "What need not keep a rule, why, and until when: told at each preview and update, and over by itself", example: "[{ rule: read-only-root, resource: motel-backend-a-*, reason: writes beside its program until 1.5, until: '2026-12-31' }]", default: "none",
      },
    ).optional(),
  })
  .optional();
