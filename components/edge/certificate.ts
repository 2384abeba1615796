import * as pulumi from "@pulumi/pulumi";
import { makeSelfSigned } from "./selfSigned";

export interface SelfSignedCertificateArgs {
  /** At least one. */
  readonly dnsNames: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** @default none */
  readonly ipAddresses?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** 1-825. @default 397 */
  readonly validityDays?: number;
  /** An update that finds fewer days left renews, under the same authority; less than validityDays. @default 30 */
  readonly renewBeforeDays?: number;
}

interface Inputs {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly validityDays: number;
  readonly renewBeforeDays: number;
}

interface Outputs extends Inputs {
  readonly caCertificatePem: string;
  readonly caPrivateKeyPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly expiresAt: string;
}

async function outputs(inputs: Inputs, old?: Outputs): Promise<Outputs> {
  const { dnsNames, ipAddresses, validityDays, renewBeforeDays } = inputs;
  const made = await makeSelfSigned(
    inputs,
    old === undefined ? undefined : { certificatePem: old.caCertificatePem, privateKeyPem: old.caPrivateKeyPem },
  );
  return {
    dnsNames,
    ipAddresses,
    validityDays,
    renewBeforeDays,
    caCertificatePem: made.authority.certificatePem,
    caPrivateKeyPem: made.authority.privateKeyPem,
    certificatePem: made.certificatePem,
    privateKeyPem: made.privateKeyPem,
    expiresAt: made.expiresAt,
  };
}

/** Exported for tests. Its text is part of every such resource's state: it stays small and requires nothing at the top. */
export const selfSignedProvider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async create(inputs) {
    return { id: `self-signed-${Date.now().toString(36)}`, outs: await outputs(inputs) };
  },
  diff(_id, olds, news) {
    const same = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join() === [...b].sort().join();
    const expiring = Date.parse(olds.expiresAt) - Date.now() < news.renewBeforeDays * 86_400_000;
    return Promise.resolve({
      changes: expiring || !same(olds.dnsNames, news.dnsNames) || !same(olds.ipAddresses, news.ipAddresses) || olds.validityDays !== news.validityDays,
    });
  },
  async update(_id, olds, news) {
    return { outs: await outputs(news, olds) };
  },
};

/** A certificate for development, from an authority of its own that users can trust once. The keys are secret outputs. */
export class SelfSignedCertificate extends pulumi.dynamic.Resource {
  /** What a browser or curl must trust. */
  declare readonly caCertificatePem: pulumi.Output<string>;
  declare readonly caPrivateKeyPem: pulumi.Output<string>;
  /** The certificate, then the authority's. */
  declare readonly certificatePem: pulumi.Output<string>;
  declare readonly privateKeyPem: pulumi.Output<string>;
  declare readonly expiresAt: pulumi.Output<string>;

  constructor(name: string, args: SelfSignedCertificateArgs, opts: pulumi.CustomResourceOptions = {}) {
    const validityDays = args.validityDays ?? 397;
    const renewBeforeDays = args.renewBeforeDays ?? Math.min(30, Math.floor(validityDays / 3));
    if (!Number.isInteger(validityDays) || validityDays < 1 || validityDays > 825) {
      throw new Error(`${name}: validityDays is ${validityDays}; use a whole number, 1-825`);
    }
    if (!Number.isInteger(renewBeforeDays) || renewBeforeDays < 0 || renewBeforeDays >= validityDays) {
      throw new Error(`${name}: renewBeforeDays is ${renewBeforeDays}; use a whole number, 0-${validityDays - 1}`);
    }
    super(
      selfSignedProvider,
      name,
      {
        dnsNames: args.dnsNames,
        ipAddresses: args.ipAddresses ?? [],
        validityDays,
        renewBeforeDays,
        caCertificatePem: undefined,
        caPrivateKeyPem: undefined,
        certificatePem: undefined,
        privateKeyPem: undefined,
        expiresAt: undefined,
      },
      { ...opts, additionalSecretOutputs: ["privateKeyPem", "caPrivateKeyPem", ...(opts.additionalSecretOutputs ?? [])] },
      "stackbook",
      "SelfSignedCertificate",
    );
    // The option covers the state; this covers the program.
    this.privateKeyPem = pulumi.secret(this.privateKeyPem);
    this.caPrivateKeyPem = pulumi.secret(this.caPrivateKeyPem);
  }
}
