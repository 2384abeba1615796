import { randomInt } from "node:crypto";

export interface CharacterRules {
  readonly length: number;
  readonly upper: boolean;
  readonly lower: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  readonly minUpper: number;
  readonly minLower: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
  readonly overrideSpecial?: string;
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** Text that keeps the rules, every character drawn by the operating system's generator. */
export function randomText(rules: CharacterRules): string {
  const special = rules.overrideSpecial ?? SPECIAL;
  const all = (rules.upper ? UPPER : "") + (rules.lower ? LOWER : "") + (rules.numeric ? NUMERIC : "") + (rules.special ? special : "");
  const required = [
    ...draw(UPPER, rules.minUpper),
    ...draw(LOWER, rules.minLower),
    ...draw(NUMERIC, rules.minNumeric),
    ...draw(special, rules.minSpecial),
  ];
  return shuffle([...required, ...draw(all, rules.length - required.length)]).join("");
}

function draw(alphabet: string, count: number): string[] {
  const characters = [...alphabet];
  return Array.from({ length: count }, () => characters[randomInt(characters.length)] ?? "");
}

function shuffle(characters: string[]): string[] {
  for (let last = characters.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? "", characters[last] ?? ""];
  }
  return characters;
}
