/** What says nothing new is not sent: Alertmanager keeps it back for as long as what explains it is on. */

interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
}

/** A host that is away takes Prometheus along: that is the dead man's switch's to tell, and nothing is left to keep back. */
export function inhibitRules(): InhibitRule[] {
  const edgeDown = ['topic="edge-down"', 'severity="page"'];
  return [
    // M3: a system that is down does not also page for latency; nor can its figures be read then.
    { source_matchers: ['class="down"', 'severity="page"', 'system!="stack"'], target_matchers: ['class=~"latency|errors|traffic|monitoring"'], equal: ["system"] },
    // The worse of two thresholds: of the same thing, so whatever tells things of one topic apart must be the same.
    { source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: ["system", "topic", "service", "container", "instance", "mountpoint", "store"] },
    // Visitors and probes come through the edge: while it is down no system seems to answer. Their containers are watched behind it.
    { source_matchers: edgeDown, target_matchers: ['topic="service-down"'] },
    { source_matchers: edgeDown, target_matchers: ['class=~"latency|errors|traffic"'] },
  ];
}
