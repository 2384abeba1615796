/** What says nothing new is not sent: Alertmanager keeps it back for as long as what explains it is on. */

interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
}

export function inhibitRules(): InhibitRule[] {
  return [
    // M3: a system that is down does not also page for latency.
    { source_matchers: ['class="down"', 'severity="page"', 'system!="stack"'], target_matchers: ['class=~"latency|errors|traffic"'], equal: ["system"] },
    // The worse of two thresholds: of the same thing, so whatever tells things of one topic apart must be the same.
    { source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: ["system", "topic", "service", "container", "instance", "mountpoint"] },
    // A host that is away takes its containers along, and every target on them.
    { source_matchers: ['class="down"', 'system="stack"', 'service="host"'], target_matchers: ['class=~"down|latency|errors|traffic|resources|database|cache"', 'service!="host"'] },
    // Nobody gets past an edge that is down: no answer is what every system then seems to give.
    { source_matchers: ['class="down"', 'system="stack"', 'service="edge"'], target_matchers: ['class=~"latency|errors|traffic"'] },
  ];
}
