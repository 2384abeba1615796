import { kubernetesKind, type Resource, type Rule } from "../rule";
import { containersOf } from "../view/container";
import { edgesOf } from "../view/texts";
import { listAt, mapsAt, pairsAt } from "../view/values";

export const cors: Rule = {
  name: "cors-named",
  description: "Other sites that may call a system are named, never `*`.",
  why: "With `*`, any page that a signed-in visitor opens can speak in that visitor's name.",
  source: "X1, each runbook's CORS setting",
  check: (resource) => [...edges(resource), ...variables(resource), ...clouds(resource)],
};

function edges(resource: Resource): string[] {
  return edgesOf(resource).flatMap(({ sections }) => sections.flatMap(({ head, lines }) =>
    lines.filter((line) => /Access-Control-Allow-Origin\s+"?\*/i.test(line)).map(() => `"${head}" allows every origin; name them under systems.<id>.corsOrigins`)));
}

function variables(resource: Resource): string[] {
  return containersOf(resource).flatMap(({ at, env }) =>
    env.filter(({ name, value }) => /CORS|ALLOWED_?ORIGIN/i.test(name) && typeof value === "string" && value.split(",").some((origin) => origin.trim() === "*")).map(({ name }) => `${at}${name} is "*"; name the origins, https://app.example.org`));
}

function clouds({ type, props }: Resource): string[] {
  const every = (origins: readonly unknown[], where: string): string[] => (origins.includes("*") ? [`${where} has "*"; name the origins`] : []);
  if (/^aws:s3\/bucketCorsConfiguration(V2)?:/.test(type)) return mapsAt(props, "corsRules").flatMap((rule) => every(listAt(rule, "allowedOrigins"), "corsRules.allowedOrigins"));
  if (type === "aws:apigatewayv2/api:Api") return every(listAt(props, "corsConfiguration", "allowOrigins"), "corsConfiguration.allowOrigins");
  if (type === "aws:lambda/functionUrl:FunctionUrl") return every(listAt(props, "cors", "allowOrigins"), "cors.allowOrigins");
  if (type === "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy") return every(listAt(props, "corsConfig", "accessControlAllowOrigins", "items"), "corsConfig.accessControlAllowOrigins");
  if (kubernetesKind(type) === "Ingress") return pairsAt(props, "metadata", "annotations").filter(([name, value]) => name.endsWith("cors-allow-origin") && value.trim() === "*").map(([name]) => `annotation ${name} is "*"; name the origins`);
  return [];
}
