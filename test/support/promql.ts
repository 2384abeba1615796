import { parser as logql } from "@grafana/lezer-logql";
import { parser } from "@prometheus-io/lezer-promql";

/** Names of all series that a query reads, read with Prometheus's own grammar. Throws on what is no PromQL. */
export function metricNamesIn(query: string): readonly string[] {
  const names = new Set<string>();
  parser.parse(query).iterate({
    enter({ node }) {
      const text = query.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`Not PromQL at character ${node.from} ("${text}"): ${query}`);
      if (node.name !== "VectorSelector") return;
      const identifier = node.getChild("Identifier");
      if (!identifier) throw new Error(`A selector without a name says nothing about what it reads: ${text} in ${query}`);
      names.add(query.slice(identifier.from, identifier.to));
    },
  });
  return [...names].sort();
}

/** Selectors of a LogQL query, `{service="edge"}`, read with Loki's grammar. Throws on what is no LogQL. */
export function logSelectorsIn(query: string): readonly string[] {
  const selectors: string[] = [];
  logql.parse(query).iterate({
    enter({ node }) {
      const text = query.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`Not LogQL at character ${node.from} ("${text}"): ${query}`);
      if (node.name === "Selector") selectors.push(text);
    },
  });
  return selectors;
}
