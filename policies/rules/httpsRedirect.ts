import { kubernetesKind, type Resource, type Rule } from "../rule";
import { edgesOf, encrypted, plain } from "../view/texts";
import { at, listAt, mapsAt, pairsAt } from "../view/values";

export const httpsRedirect: Rule = {
  name: "https-redirect",
  description: "Plain HTTP leads to HTTPS and to nothing else.",
  why: "A login that is typed once into a plain page is read by whoever is in between.",
  source: "X1",
  check: (resource) => [...edges(resource), ...clouds(resource)],
};

function edges(resource: Resource): string[] {
  return edgesOf(resource).flatMap((edge) => {
    if (encrypted(edge).length === 0) return ["the edge listens without TLS only; bind a port with ssl crt"];
    return plain(edge).filter(({ lines }) => !lines.some((line) => /^http-request redirect (location|scheme) https\b/.test(line))).map(({ head }) => `"${head}" answers plain HTTP; write http-request redirect scheme https`);
  });
}

function clouds({ type, props }: Resource): string[] {
  if (/^aws:(lb|alb)\/listener:Listener$/.test(type) && props["protocol"] === "HTTP") {
    const [action] = mapsAt(props, "defaultActions");
    return at(action, "type") === "redirect" && at(action, "redirect", "protocol") === "HTTPS" ? [] : [`port ${String(props["port"])} answers plain HTTP; make its default action a redirect with protocol "HTTPS" and statusCode "HTTP_301"`];
  }
  if (type === "aws:cloudfront/distribution:Distribution") {
    return [at(props, "defaultCacheBehavior"), ...listAt(props, "orderedCacheBehaviors")].filter((behavior) => at(behavior, "viewerProtocolPolicy") === "allow-all").map(() => `viewerProtocolPolicy is "allow-all"; use "redirect-to-https"`);
  }
  if (kubernetesKind(type) === "Ingress") {
    return pairsAt(props, "metadata", "annotations").filter(([name, value]) => /(force-)?ssl-redirect$/.test(name) && value === "false").map(([name]) => `annotation ${name} is "false"; remove it`);
  }
  return [];
}
