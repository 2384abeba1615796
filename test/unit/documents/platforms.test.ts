import assert from "node:assert/strict";
import { platformRows, type Ask } from "../../../documents/platformRows";
import { asPulumiGives, type StackFile } from "../config/fixtures";
import { parseConfig } from "../../../config/parse";
import { ConfigError } from "../../../config/errors";
import * as aws from "../platforms/aws/stack";
import * as kubernetes from "../platforms/kubernetes/stack";

const halted = { at: "2026-11-01T00:00:00Z", by: "ops@example.org" };
const files: Readonly<Record<"kubernetes" | "aws", (motel: object, more: Readonly<Record<string, unknown>>) => StackFile>> = {
  kubernetes: (motel, more) => kubernetes.stackFile({ motel: kubernetes.system("motel", { more: { ...motel } }) }, { images: { backupPostgres: `registry.example.org/b:1@sha256:${"a".repeat(64)}` }, ...more }),
  aws: (motel, more) => aws.stackFile({ motel: aws.system("motel", motel) }, {}, more),
};

/** How a stack file asks for it, and where an answer would stand. */
const asked: Readonly<Record<Ask, { readonly motel?: object; readonly more?: Readonly<Record<string, unknown>>; readonly where: RegExp }>> = {
  monitoring: { more: { monitoring: { enabled: true } }, where: /monitoring\.enabled/ },
  backups: { more: { backups: { enabled: true } }, where: /backups\.enabled/ },
  halted: { motel: { halted }, where: /halted/ },
  acme: { more: { edge: { tls: { kind: "acme", email: "ops@example.org" } } }, where: /edge\.tls/ },
};

function problemsWith(file: StackFile): string {
  try {
    parseConfig(asPulumiGives(file, { stack: "dev" }));
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe("what the page of platforms says", () => {
  it("is said of every requirement, once", () => {
    const numbered = (letter: string, last: number): string[] => Array.from({ length: last }, (_, at) => `${letter}${at + 1}`);
    const all = ["S", "M1", "M1a", ...numbered("M", 8).slice(1), ...numbered("B", 10), ...numbered("D", 13), ...numbered("X", 7), "P"];
    assert.deepEqual(platformRows.map(({ id }) => id), all);
  });

  for (const { asks, id, on } of platformRows.flatMap((row) => (row.asks === undefined ? [] : [{ ...row, asks: row.asks }]))) {
    for (const platform of ["kubernetes", "aws"] as const) {
      it(`${id} on ${platform} is what the configuration ${on[platform] === true ? "takes" : "refuses"}`, () => {
        const { more = {}, motel = {}, where } = asked[asks];
        const problems = problemsWith(files[platform](motel, more));
        if (on[platform] === true) assert.equal(problems, "");
        else assert.match(problems, where);
      });
    }
  }
});
