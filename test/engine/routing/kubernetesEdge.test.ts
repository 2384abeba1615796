import assert from "node:assert/strict";
import { makeSelfSigned } from "../../../components/edge";
import { build } from "../../unit/program/build";
import { everySystem, hidden, object, template } from "../../unit/platforms/kubernetes/stack";
import { inImage } from "../inImage";

interface Item {
  readonly key: string;
  readonly path: string;
}

interface Source {
  readonly configMap?: { readonly items: readonly Item[] };
  readonly secret?: { readonly items: readonly Item[] };
}

describe("the edge's pod on Kubernetes", function () {
  this.timeout(240_000);

  it("starts a real HAProxy by its own command, on the files as they are mounted, and is well where its probes ask", async () => {
    await build(everySystem);
    const { spec } = template(object("Deployment", "edge"));
    const [{ command = [] }] = spec.containers;
    const sources = spec.volumes.flatMap((volume) => (volume["projected"] as { readonly sources: readonly Source[] } | undefined)?.sources ?? []);
    const certificate = await makeSelfSigned({ dnsNames: ["motel.localhost"], ipAddresses: [], validityDays: 2 });
    const texts = object("ConfigMap", "edge-config").inputs["data"] as Record<string, string>;
    const secrets: Readonly<Record<string, string>> = { ...hidden(object("Secret", "edge-keys")), "certs_stackbook.pem": `${certificate.certificatePem}\n${certificate.privateKeyPem}\n` };
    const place = (items: readonly Item[], content: Readonly<Record<string, string>>): [string, string][] => items.map(({ key, path }) => [path, content[key] ?? assert.fail(key)]);
    const files = Object.fromEntries(sources.flatMap(({ configMap, secret }) => [...place(configMap?.items ?? [], texts), ...place(secret?.items ?? [], secrets)]));
    const script = [
      `${command.join(" ")} >/tmp/log 2>&1 &`,
      "ask() { timeout 2 bash -c \"exec 3<>/dev/tcp/127.0.0.1/$1 && printf 'GET $2 HTTP/1.0\\r\\nHost: $3\\r\\n\\r\\n' >&3 && cat <&3\" 2>/dev/null; }",
      "for i in $(seq 60); do ask 8404 /healthz edge | grep -q ' 200 ' && break; sleep 0.5; done",
      "cat /tmp/log; ask 8404 /healthz edge | head -1; ask 8080 / motel.localhost | head -1; ask 8404 /stamp edge | tail -1",
    ].join("\n");
    const { output } = await inImage("haproxy", "/etc/stackbook-edge", files, script);
    assert.match(output, /^HTTP\/1\.[01] 200 OK/m, output);
    // To https.
    assert.match(output, /^HTTP\/1\.[01] 30[18] /m, output);
    assert.match(output, new RegExp(/^# stamp (\S+)$/m.exec(texts["haproxy.cfg"] ?? "")?.[1] ?? "no stamp"), output);
  });
});
