import assert from "node:assert/strict";
import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { boardsOf, pathOf, renderDashboards } from "../../../dashboards";
import { renderBoard } from "../../../dashboards/render";
import { steps } from "../../../dashboards/thresholds";
import type { Board } from "../../../dashboards/model";
import { input } from "./fixtures";

const parse = (text: string): Dashboard => JSON.parse(text) as Dashboard;
const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== "row";
const panelsOf = (dashboard: Dashboard): Panel[] => (dashboard.panels ?? []).filter(isPanel);

describe("Grafana's JSON", () => {
  const files = renderDashboards(input());

  it("is a file for each dashboard, in a folder for each system", () => {
    assert.deepEqual(Object.keys(files), boardsOf(input()).map(pathOf));
    assert.ok(files["dashboards/mps/performance.json"]);
  });

  it("is the same each time", () => assert.deepEqual(renderDashboards(input()), files));

  it("holds no wish to be saved from a browser, and no id that an installation gives", () => {
    for (const text of Object.values(files)) {
      const dashboard = parse(text);
      assert.equal(dashboard.editable, false);
      assert.equal(dashboard.id, undefined);
    }
  });

  it("gives every panel an id of its own, a unit, a description, its place and a data source that is provisioned", () => {
    for (const [path, text] of Object.entries(files)) {
      const all = parse(text).panels ?? [];
      assert.equal(new Set(all.map(({ id }) => id)).size, all.length, path);
      for (const panel of all.filter(isPanel)) {
        const name = `${path}: ${panel.title}`;
        assert.ok(panel.description, name);
        assert.ok(panel.fieldConfig?.defaults.unit, name);
        assert.ok(["prometheus", "loki"].includes(panel.datasource?.uid ?? ""), name);
        assert.ok((panel.targets ?? []).length > 0, name);
        for (const target of panel.targets as { datasource?: { uid?: string }; refId?: string; expr?: string }[]) {
          assert.equal(target.datasource?.uid, panel.datasource?.uid, name);
          assert.match(target.refId ?? "", /^[A-Z]$/);
          assert.ok(target.expr, name);
        }
      }
    }
  });

  it("has every query of the data, and no other", () => {
    for (const board of boardsOf(input())) {
      const rendered = panelsOf(parse(files[pathOf(board)] ?? "")).flatMap((panel) => (panel.targets ?? []) as unknown as { expr: string }[]).map(({ expr }) => expr);
      assert.deepEqual(rendered, board.rows.flatMap((row) => row.panels).flatMap((panel) => panel.queries.map(({ expr }) => expr)));
    }
  });

  it("takes a link's time span along, and opens what is outside beside it", () => {
    const overview = parse(files["dashboards/stack/overview.json"] ?? "");
    const links = panelsOf(overview).flatMap((panel) => (panel.fieldConfig?.defaults.links ?? []) as { url: string; targetBlank: boolean }[]);
    assert.ok(links.some(({ url, targetBlank }) => url === "/d/stackbook-mps-system?${__url_time_range}" && !targetBlank));
    assert.ok(links.some(({ url, targetBlank }) => url === "https://alerts.example.org" && targetBlank));
    assert.ok(overview.links?.every(({ placement }) => placement === undefined), "a link in a menu is a link that nobody finds");
  });

  it("marks every update on every dashboard but the logs'", () => {
    for (const [path, text] of Object.entries(files)) {
      const names = parse(text).annotations?.list?.map(({ name }) => name);
      if (path !== "dashboards/logs/logs.json") assert.deepEqual(names, ["Versions", "Updates"], path);
    }
  });

  it("lets the logs be searched by request ID", () => {
    const logs = parse(files["dashboards/logs/logs.json"] ?? "");
    assert.deepEqual(logs.templating?.list?.map(({ name, type }) => [name, type]), [["system", "custom"], ["service", "custom"], ["stream", "custom"], ["requestId", "textbox"], ["search", "textbox"]]);
    assert.match(files["dashboards/logs/logs.json"] ?? "", /\|= `\$requestId`/);
  });

  it("draws thresholds as lines in the colour of their severity", () => {
    const board: Board = {
      uid: "x", title: "x", says: "x", tags: [], folder: { path: "x", title: "x" }, file: "x.json", links: [],
      rows: [{ title: "r", panels: [{ title: "p", says: "says", kind: "lines", unit: "seconds", queries: [{ expr: "up", legend: "" }], lines: [{ value: 1, severity: "page" }, { value: 0.5, severity: "ticket" }] }] }],
    };
    const [panel] = panelsOf(parse(renderBoard(board)));
    assert.deepEqual(panel?.fieldConfig?.defaults.thresholds?.steps, [{ value: null, color: "green" }, { value: 0.5, color: "orange" }, { value: 1, color: "red" }]);
    const custom = panel?.fieldConfig?.defaults.custom as { thresholdsStyle: { mode: string }; axisSoftMax: number };
    assert.equal(custom.thresholdsStyle.mode, "dashed");
    assert.ok(custom.axisSoftMax > 1);
  });
});

describe("the colour of a figure", () => {
  it("is that of the threshold it has reached", () => {
    assert.deepEqual(steps({ kind: "stat", lines: [{ value: 0.8, severity: "ticket" }, { value: 0.95, severity: "page" }] }), [
      { value: null, color: "green" }, { value: 0.8, color: "orange" }, { value: 0.95, color: "red" },
    ]);
  });

  it("is that of the threshold it has fallen below", () => {
    assert.deepEqual(steps({ kind: "stat", lines: [{ value: 20, severity: "ticket", below: true }, { value: 10, severity: "page", below: true }] }), [
      { value: null, color: "red" }, { value: 10, color: "orange" }, { value: 20, color: "green" },
    ]);
  });

  it("is the severer one's where two share a threshold", () => {
    assert.deepEqual(steps({ kind: "lines", lines: [{ value: 5, severity: "page" }, { value: 5, severity: "digest" }] }), [{ value: null, color: "green" }, { value: 5, color: "red" }]);
  });
});
