import type { WatchedContainer } from "./facts";

interface Relabel {
  readonly source_labels?: readonly string[];
  readonly separator?: string;
  readonly regex?: string;
  readonly target_label?: string;
  readonly replacement?: string;
  readonly action?: "keep" | "labeldrop";
}

/**
 * cAdvisor runs without the engine's socket, so it names a container by its control group: `/docker/<id>`, or
 * `/system.slice/docker-<id>.scope` where systemd keeps them. The update that made the containers knows their ids,
 * so Prometheus is told whose each one is. What is not the stack's is left out.
 *
 * One rule finds a container, three more for all of them split what was found: a rule can set one label only.
 */
export function containerRelabelling(containers: readonly WatchedContainer[], metrics: readonly string[]): readonly Relabel[] {
  const sorted = [...containers].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    { source_labels: ["__name__"], regex: metrics.join("|"), action: "keep" },
    ...sorted.map((container) => ({
      source_labels: ["id"],
      regex: `.*/(?:docker-)?${container.id}(?:\\.scope)?`,
      target_label: "__tmp_owner",
      replacement: [container.system, container.service, container.name].join(";"),
    })),
    { source_labels: ["__tmp_owner"], regex: ".+", action: "keep" },
    ...(["system", "service", "container"] as const).map((label, i) => ({
      source_labels: ["__tmp_owner"],
      regex: "(.+);(.+);(.+)",
      target_label: label,
      replacement: `$${i + 1}`,
    })),
    // The id is another at every deploy and says nothing that the name doesn't.
    { regex: "__tmp_owner|id|name|image", action: "labeldrop" },
  ];
}
