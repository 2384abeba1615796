import { strict as assert } from "node:assert";
import { X509Certificate, createPrivateKey } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

const mocks: pulumi.runtime.Mocks = {
  newResource: (args) => ({ id: `${args.name}-id`, state: { ...(args.inputs as object), privateKeyPem: "key", caPrivateKeyPem: "key", certificatePem: "certificate", caCertificatePem: "ca", expiresAt: "2030-01-01T00:00:00Z" } }),
  call: (args) => {
    throw new Error(`no call to ${args.token} expected`);
  },
};

import { makeSelfSigned } from "../../../components/edge";
import { SelfSignedCertificate, selfSignedProvider } from "../../../components/edge/certificate";

const day = 86_400_000;
const inputs = { dnsNames: ["motel.localhost", "localhost"], ipAddresses: ["127.0.0.1"], validityDays: 100, renewBeforeDays: 30 };

describe("a self-signed certificate", () => {
  it("is for its names, signed by an authority of its own, no longer than asked", async () => {
    const made = await makeSelfSigned(inputs);
    const leaf = new X509Certificate(made.certificatePem);
    const authority = new X509Certificate(made.authority.certificatePem);
    assert.equal(leaf.subjectAltName, "DNS:motel.localhost, DNS:localhost, IP Address:127.0.0.1");
    assert.ok(leaf.verify(authority.publicKey) && leaf.checkIssued(authority));
    assert.ok(authority.ca && !leaf.ca);
    assert.ok(leaf.checkPrivateKey(createPrivateKey(made.privateKeyPem)));
    assert.ok(Date.parse(leaf.validTo) - Date.now() < 100 * day);
    assert.ok(Date.parse(leaf.validTo) - Date.now() > 99 * day);
    assert.ok(Date.parse(leaf.validFrom) < Date.now());
    assert.equal(made.certificatePem.match(/BEGIN CERTIFICATE/g)?.length, 2);
  });

  it("is made by the same authority again, until that would end first", async () => {
    const first = await makeSelfSigned(inputs);
    const second = await makeSelfSigned({ ...inputs, dnsNames: ["memo.localhost"] }, first.authority);
    assert.deepEqual(second.authority, first.authority);
    assert.notEqual(new X509Certificate(second.certificatePem).serialNumber, new X509Certificate(first.certificatePem).serialNumber);
    const late = await makeSelfSigned(inputs, first.authority, new Date(Date.now() + 3600 * day));
    assert.notEqual(late.authority.certificatePem, first.authority.certificatePem);
  });
});

describe("the self-signed certificate of a stack", () => {
  const { create, diff, update } = selfSignedProvider;
  assert.ok(diff !== undefined && update !== undefined);

  it("stays as it is while nothing changes", async () => {
    const { outs } = await create(inputs);
    assert.ok(outs !== undefined);
    assert.deepEqual(await diff("id", outs, inputs), { changes: false });
    assert.deepEqual(await diff("id", outs, { ...inputs, dnsNames: [...inputs.dnsNames].reverse() }), { changes: false });
  });

  it("is renewed for other names and when few days remain, under the authority that users trust", async () => {
    const { outs } = await create(inputs);
    assert.ok(outs !== undefined);
    for (const [old, news] of [
      [outs, { ...inputs, dnsNames: ["motel.localhost"] }],
      [outs, { ...inputs, ipAddresses: [] }],
      [outs, { ...inputs, validityDays: 50 }],
      [{ ...outs, expiresAt: new Date(Date.now() + 29 * day).toISOString() }, inputs],
    ] as const) {
      assert.deepEqual(await diff("id", old, news), { changes: true });
    }
    const renewed = (await update("id", outs, { ...inputs, dnsNames: ["memo.localhost"] })).outs;
    assert.equal(renewed?.caCertificatePem, outs.caCertificatePem);
    assert.equal(new X509Certificate(renewed?.certificatePem ?? "").subjectAltName, "DNS:memo.localhost, IP Address:127.0.0.1");
  });

  // Here, not at the top: the mocks are one for all files of a run, and the last one loaded would win.
  before(() => pulumi.runtime.setMocks(mocks));

  it("keeps its keys secret", async () => {
    const made = new SelfSignedCertificate("edge", { dnsNames: ["localhost"] });
    const secret = async (output: pulumi.Output<string>): Promise<boolean> => pulumi.isSecret(output);
    assert.equal(await secret(made.privateKeyPem), true);
    assert.equal(await secret(made.caPrivateKeyPem), true);
    assert.equal(await secret(made.certificatePem), false);
  });

  it("puts little code into the state, and none of a library's", async () => {
    const { text } = await pulumi.runtime.serializeFunction(() => selfSignedProvider);
    assert.ok(text.length < 10_000, `${text.length} characters`);
  });

  it("refuses days that browsers refuse", () => {
    assert.throws(() => new SelfSignedCertificate("edge", { dnsNames: ["localhost"], validityDays: 826 }), /validityDays is 826; use a whole number, 1-825/);
    assert.throws(() => new SelfSignedCertificate("edge", { dnsNames: ["localhost"], validityDays: 10, renewBeforeDays: 10 }), /renewBeforeDays is 10; use a whole number, 0-9/);
  });
});
