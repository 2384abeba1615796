import assert from "node:assert/strict";
import { alertRows, everything } from "../../../alerts";
import { metricOfSeries } from "../../../alerts/metrics";
import { metricsOfMeasure } from "../../../alerts/readsOf";
import { hasThreshold } from "../../../alerts/thresholds";
import { inBaseUnit, readLimit } from "../../../alerts/units";
import { boardsOf, linesFrom, type Line, type LinesFor } from "../../../dashboards";
import { substitute } from "../../../dashboards/queries";
import { input, seriesRead } from "./fixtures";

const lines = linesFrom({ ...everything, thresholds: {} });

/** What is no line on any panel, and why. */
const notDrawn: Readonly<Record<string, string>> = {
  "host-disk-forecast": "days until full; the panel shows what is used",
};

describe("lines on panels", () => {
  const drawn = new Map<string, Line[]>();
  const watching: LinesFor = (system, topic, unit) => {
    const found = lines(system, topic, unit);
    drawn.set(`${system} ${topic}`, [...(drawn.get(`${system} ${topic}`) ?? []), ...found]);
    return found;
  };
  boardsOf(input({ lines: watching }));

  for (const row of alertRows(everything).filter(hasThreshold)) {
    const { thresholds, unit, direction } = readLimit(row.limit);
    const wanted = Object.entries(thresholds).filter(([, value]) => value !== 0);
    if (wanted.length === 0 || notDrawn[row.id] !== undefined) continue;
    it(`have every threshold of ${row.system}'s ${row.id}`, () => {
      const there = [...(drawn.get(`${row.system} ${row.topic}`) ?? []), ...(drawn.get(`stack ${row.topic}`) ?? [])];
      for (const [severity, value] of wanted) {
        const same = there.find((line) => line.severity === severity && line.value === inBaseUnit(value, unit) && (line.below ?? false) === (direction === "below"));
        assert.ok(same, `no panel draws ${severity} at ${value} ${unit} (topic ${row.topic}); there is ${JSON.stringify(there)}`);
      }
    });
  }

  it("are the stack's own where it has chosen others", () => {
    const own = linesFrom({ ...everything, thresholds: { motel: { "response-time": { ticket: 700 } } } });
    const of = (from: LinesFor) => from("motel", "response-time-p95", "seconds").filter(({ severity }) => severity === "ticket").map(({ value }) => value);
    assert.deepEqual(of(lines), [0.5]);
    assert.deepEqual(of(own), [0.7]);
  });

  it("are none where the alert is about any at all", () => {
    assert.deepEqual(lines("memo", "database-lock-waits", "count"), []);
  });

  it("go the way of the alert: throughput is bad below", () => {
    assert.deepEqual(lines("sms", "throughput", "requestsPerSecond"), [{ value: 20, severity: "ticket", below: true }, { value: 10, severity: "page", below: true }]);
  });
});

describe("a panel with lines", () => {
  const asked = new Map<readonly Line[], { system: string; topic: string }>();
  const remembering: LinesFor = (system, topic, unit) => {
    const found = lines(system, topic, unit);
    asked.set(found, { system, topic });
    return found;
  };
  const panels = boardsOf(input({ lines: remembering })).flatMap((board) => board.rows.flatMap((row) => row.panels).map((panel) => ({ board, panel })));
  const drawing = panels.flatMap(({ board, panel }) => {
    const about = panel.lines && panel.lines.length > 0 ? asked.get(panel.lines) : undefined;
    return about ? [{ board, panel, ...about }] : [];
  });

  it("shows the metrics that the alert looks at: lines on anything else mean nothing", () => {
    assert.ok(drawing.length > 80, String(drawing.length));
    for (const { board, panel, system, topic } of drawing) {
      const shown = panel.queries.flatMap(({ expr }) => seriesRead(substitute(board, expr))).map((name) => metricOfSeries(name)?.name);
      for (const row of alertRows(everything).filter((each) => each.topic === topic && (each.system === system || system === "stack"))) {
        const reads = metricsOfMeasure(row.measure);
        // Beside others it is the guard against too little traffic, not what is shown.
        for (const name of reads.filter((each) => each !== "edge_requests_total" || reads.length === 1)) assert.ok(shown.includes(metricOfSeries(name)?.name ?? name), `${board.uid}, ${panel.title}: ${row.id} looks at ${name}; the panel shows ${shown.join(", ")}`);
      }
    }
  });
});
