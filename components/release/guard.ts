import * as pulumi from "@pulumi/pulumi";
import type { Operation } from "../../releases/record";

export interface GuardInputs {
  /** `stackbook:sequence` of the stack file. */
  readonly sequence: number;
  /** Name of the stack file, for the message. */
  readonly source: string;
  readonly stack: string;
  readonly operation: Operation;
}

/** Serialised into the state: no imports. */
export function refusal(olds: Partial<GuardInputs>, news: GuardInputs): string | undefined {
  const last = olds.sequence ?? 0;
  if (news.sequence >= last) return undefined;
  const by = olds.operation === undefined ? "" : `: ${olds.operation.what}, by ${olds.operation.who}${olds.operation.why === undefined ? "" : ` (${olds.operation.why})`}`;
  return [
    `${news.source} is older than the stack ${news.stack}: its stackbook:sequence is ${news.sequence === 0 ? "missing or 0" : news.sequence}, and the stack's last update had ${last}${by}.`,
    `This update would undo what came after it, so nothing was touched. Take the newest ${news.source} (git pull); where it was never committed, \`npx stackbook settings pull --stack ${news.stack}\` writes it as the stack has it.`,
  ].join("\n");
}

const provider: pulumi.dynamic.ResourceProvider<GuardInputs, GuardInputs> = {
  check: (olds, news) => {
    const reason = refusal(olds, news);
    return Promise.resolve({ inputs: news, failures: reason === undefined ? [] : [{ property: "sequence", reason }] });
  },
  diff: (_id, olds, news) => Promise.resolve({ changes: olds.sequence !== news.sequence }),
  create: (inputs) => Promise.resolve({ id: "sequence", outs: inputs }),
  update: (_id, _olds, news) => Promise.resolve({ outs: news }),
};

/**
 * Refuses a stack file that is older than the stack: what a rollback or a deploy by somebody else has changed is not
 * undone unseen. Each command of ours raises the number in the file; who edits the file by hand needs not.
 */
export class SequenceGuard extends pulumi.dynamic.Resource {
  constructor(name: string, inputs: GuardInputs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, inputs, opts, "stackbook", "SequenceGuard");
  }
}
