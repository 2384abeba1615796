import * as pulumi from "@pulumi/pulumi";
import type { ReleaseFacts, ReleaseRecord } from "../../releases/record";

interface LedgerInputs {
  /** What the release is, apart from who asked for it and when: a new record is made when it changes. */
  readonly fingerprint: string;
  readonly facts: Omit<ReleaseFacts, "at">;
  /** How many earlier records are kept. */
  readonly kept: number;
}

interface LedgerState extends LedgerInputs {
  readonly current: ReleaseRecord;
  readonly earlier: readonly ReleaseRecord[];
}

const provider: pulumi.dynamic.ResourceProvider<LedgerInputs, LedgerState> = {
  diff: (_id, olds, news) => Promise.resolve({ changes: olds.fingerprint !== news.fingerprint }),
  create: (inputs) => Promise.resolve({ id: "releases", outs: { ...inputs, current: { ...inputs.facts, number: 1, at: new Date().toISOString() }, earlier: [] } }),
  update: (_id, { current, earlier }, news) =>
    Promise.resolve({
      outs: { ...news, current: { ...news.facts, number: current.number + 1, at: new Date().toISOString() }, earlier: [current, ...earlier].slice(0, news.kept) },
    }),
};

/** The stack's own record of what it was made of, update by update: whatever the backend, a rollback reads it from the outputs. */
export class Ledger extends pulumi.dynamic.Resource {
  declare readonly current: pulumi.Output<ReleaseRecord>;
  declare readonly earlier: pulumi.Output<readonly ReleaseRecord[]>;

  constructor(name: string, inputs: { readonly [K in keyof LedgerInputs]: pulumi.Input<LedgerInputs[K]> }, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...inputs, current: undefined, earlier: undefined }, opts, "stackbook", "Ledger");
  }
}
