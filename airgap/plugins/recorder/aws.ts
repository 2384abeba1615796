import { serve } from "../rpc/server";
import { text } from "../rpc/values";
import { recorder } from "./recorder";

const ACCOUNT = "000000000000";
const REGION = "eu-central-1";

serve(
  recorder({
    name: "aws",
    version: "7.48.0",
    replaces: (path) => ["name", "bucket", "identifier"].includes(path),
    madeUp({ type, name }, digest, inputs) {
      const [service = "aws", resource = "resource"] = (type.split(":")[1] ?? "").split("/");
      const called = text(inputs.name) ?? text(inputs.bucket) ?? `${name}-${digest.slice(0, 7)}`;
      return {
        id: called,
        outputs: { name: called, arn: `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}/${called}` },
      };
    },
  }),
);
