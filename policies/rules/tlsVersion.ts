import { kubernetesKind, later, type Resource, type Rule } from "../rule";
import { edgesOf, encrypted } from "../view/texts";
import { at, listAt, pairsAt, textAt } from "../view/values";

/** AWS's names of sets of versions and ciphers that begin with TLS 1.2. */
const goodPolicy = /TLS13-1-[23]|TLS-1-2|FS-1-2/;

export const tlsVersion: Rule = {
  name: "tls-version",
  description: "Visitors are answered with TLS 1.2 or newer.",
  why: "Older versions are broken, and no browser needs them.",
  source: "X1",
  check: (resource) => [...edges(resource), ...clouds(resource), ...ingresses(resource)],
};

function edges(resource: Resource): string[] {
  return edgesOf(resource).flatMap((edge) => {
    const lines = edge.sections.flatMap(({ head, lines: own }) => (head === "global" || head.startsWith("frontend ") ? own : []));
    const old = lines.filter((line) => /ssl-min-ver\s+(SSLv3|TLSv1\.[01])\b|force-(sslv3|tlsv1[01])\b/.test(line));
    const isSet = lines.some((line) => /^ssl-default-bind-options\b.*\bssl-min-ver\s+TLSv1\.[23]\b/.test(line));
    const bare = encrypted(edge).filter(({ lines: own }) => own.some((line) => /^bind\b.*\sssl(\s|$)/.test(line) && !/ssl-min-ver\s+TLSv1\.[23]\b/.test(line)));
    return [
      ...old.map((line) => `the edge says "${line}"; write ssl-min-ver TLSv1.2`),
      ...(old.length === 0 && !isSet && bare.length > 0 ? ["the edge has no least version of TLS; write ssl-default-bind-options ssl-min-ver TLSv1.2 under global"] : []),
    ];
  });
}

function clouds({ type, props }: Resource): string[] {
  if (/^aws:(lb|alb)\/listener:Listener$/.test(type) && ["HTTPS", "TLS"].includes(String(props["protocol"]))) {
    const policy = textAt(props, "sslPolicy");
    return typeof policy === "symbol" || goodPolicy.test(policy ?? "") ? [] : [`sslPolicy is ${JSON.stringify(policy ?? "not set")}; use "ELBSecurityPolicy-TLS13-1-2-2021-06"`];
  }
  if (type === "aws:cloudfront/distribution:Distribution") {
    const version = textAt(props, "viewerCertificate", "minimumProtocolVersion");
    return typeof version === "symbol" || /^TLSv1\.[23]/.test(version ?? "") ? [] : [`viewerCertificate.minimumProtocolVersion is ${JSON.stringify(version ?? "not set")}; use "TLSv1.2_2021"`];
  }
  if (/^aws:apigateway(v2)?\/domainName:DomainName$/.test(type)) {
    const version = textAt(props, "securityPolicy") ?? textAt(props, "domainNameConfiguration", "securityPolicy");
    return typeof version === "symbol" || version === "TLS_1_2" ? [] : [`securityPolicy is ${JSON.stringify(version ?? "not set")}; use "TLS_1_2"`];
  }
  return [];
}

function ingresses({ type, props }: Resource): string[] {
  if (kubernetesKind(type) === "Gateway") {
    return listAt(props, "spec", "listeners").filter((listener) => at(listener, "protocol") === "HTTPS" && at(listener, "tls") === undefined).map((listener) => `listener ${String(at(listener, "name"))} has no tls; name its certificate in tls.certificateRefs`);
  }
  if (kubernetesKind(type) !== "Ingress") return [];
  const versions = pairsAt(props, "metadata", "annotations").filter(([name, value]) => /ssl-(protocols|min-ver)$|ssl-policy$/.test(name) && /TLSv1(\.[01])?(\s|$)|SSLv3|2016-08|TLS-1-[01]/.test(value));
  return [
    ...(at(props, "spec", "tls") === later || listAt(props, "spec", "tls").length > 0 || pairsAt(props, "metadata", "annotations").some(([name]) => name.endsWith("/certificate-arn")) ? [] : ["spec.tls is empty; name its hosts and the Secret of their certificate"]),
    ...versions.map(([name, value]) => `annotation ${name} is "${value}"; leave versions before TLS 1.2 out`),
  ];
}
