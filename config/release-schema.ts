import { defaults } from "./defaults";
import { text, wholeNumber } from "./fields";

export const sequenceSchema = wholeNumber(0, 1_000_000_000, {
  about: "Written by commands: number of the stack's last update by one of them; a file whose number is lower is refused",
  example: "12",
  default: String(defaults.sequence),
});

export const pinnedSchema = text((value) => /^[0-9a-f]{40}$/.test(value), {
  about: "Written by a rollback of code: the one commit whose program may update the stack, until a deploy goes forward again",
  allowed: "40 hex digits of a git commit, in quotes",
  example: "'4f6c1de0a9b8c7d6e5f40312233445566778899a'",
});
