import { randomBytes } from "node:crypto";
import { integer, map, string, type ResourceSpec } from "../bridge/spec";
import type { ResourceKind } from "../rpc/plugin";
import { text } from "../rpc/values";
import { randomKind } from "./kind";

const spec: ResourceSpec = {
  file: "airgap/plugins/random/id.ts",
  properties: {
    byteLength: integer({ required: true, minimum: 1, replaces: true }),
    prefix: string({ replaces: true }),
    keepers: map({ replaces: true }),
    b64Std: string({ output: true }),
    b64Url: string({ output: true }),
    hex: string({ output: true }),
    dec: string({ output: true }),
  },
};

export function idKind(): ResourceKind {
  return randomKind({
    spec,
    secrets: [],
    make(inputs) {
      const bytes = randomBytes(Number(inputs.byteLength));
      const prefix = text(inputs.prefix) ?? "";
      const id = bytes.toString("base64url");
      return Promise.resolve({
        id,
        drawn: {
          b64Std: prefix + bytes.toString("base64"),
          b64Url: prefix + id,
          hex: prefix + bytes.toString("hex"),
          dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
        },
      });
    },
  });
}
