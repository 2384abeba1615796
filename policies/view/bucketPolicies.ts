import { later, type Props } from "../rule";
import { at, isMap, parsed } from "./values";

export interface Statement {
  readonly effect: unknown;
  readonly principal: unknown;
  readonly condition: unknown;
}

export const bucketPolicy = "aws:s3/bucketPolicy:BucketPolicy";

/** The statements of a bucket's policy; undefined: it isn't known yet, or isn't one. */
export function statementsOf(props: Props): readonly Statement[] | undefined {
  const given = props["policy"];
  if (given === undefined || given === later) return undefined;
  const list = at(typeof given === "string" ? parsed(given) : given, "Statement");
  const statements: readonly unknown[] = Array.isArray(list) ? (list as readonly unknown[]) : isMap(list) ? [list] : [];
  return statements.map((statement) => ({ effect: at(statement, "Effect"), principal: at(statement, "Principal"), condition: at(statement, "Condition") }));
}

export function isEverybody(principal: unknown): boolean {
  return principal === "*" || (isMap(principal) && Object.values(principal).flat().includes("*"));
}
