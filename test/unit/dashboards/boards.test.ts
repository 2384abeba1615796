import assert from "node:assert/strict";
import { appliesTo, metricOfSeries } from "../../../alerts/metrics";
import { boardsOf, panelQueries, pathOf, type Board } from "../../../dashboards";
import { layOut } from "../../../dashboards/layout";
import type { Link } from "../../../dashboards/model";
import { systemIds } from "../../../systems";
import { logSelectorsIn } from "../../support/promql";
import { facts, input, seriesRead } from "./fixtures";

const panelsOf = (board: Board) => board.rows.flatMap((row) => row.panels);

describe("the dashboards of a stack", () => {
  const boards = boardsOf(input());

  it("are three for each system, and four of the stack", () => {
    assert.equal(boards.length, 3 * systemIds.length + 4);
    for (const id of systemIds) {
      const titles = boards.filter(({ tags }) => tags.includes(id)).map(({ title }) => title.split(": ")[1]);
      assert.deepEqual(titles, ["System Overview", "Application Performance", "Business Metrics"]);
    }
  });

  it("have addresses and files of their own, which never change by themselves", () => {
    const uids = boards.map(({ uid }) => uid);
    assert.equal(new Set(uids).size, uids.length);
    assert.equal(new Set(boards.map(pathOf)).size, boards.length);
    for (const uid of uids) assert.match(uid, /^[a-z-]{1,40}$/);
    assert.deepEqual(uids.slice(0, 7), [
      "stackbook-overview", "stackbook-releases", "stackbook-backups", "stackbook-logs", "stackbook-mps-system", "stackbook-mps-performance", "stackbook-mps-business",
    ]);
  });

  it("give every panel a title, a description, a unit and a query, and no title twice in a row", () => {
    for (const board of boards) {
      for (const row of board.rows) {
        assert.equal(new Set(row.panels.map(({ title }) => title)).size, row.panels.length, `${board.uid}, ${row.title}`);
        for (const panel of row.panels) {
          const name = `${board.uid}: ${panel.title}`;
          assert.ok(panel.title.length > 0 && panel.says.length > 10 && panel.unit.length > 0 && panel.queries.length > 0, name);
          for (const { expr } of panel.queries) assert.ok(expr.trim().length > 0, name);
        }
      }
    }
  });

  it("fill Grafana's grid of 24 columns without overlaps", () => {
    for (const board of boards) {
      const taken = new Set<string>();
      for (const row of layOut(board.rows)) {
        for (const { x, y, w, h } of [row.place, ...row.panels.map(({ place }) => place)]) {
          assert.ok(x >= 0 && x + w <= 24, board.uid);
          for (let column = x; column < x + w; column++) {
            for (let line = y; line < y + h; line++) {
              const cell = `${column},${line}`;
              assert.ok(!taken.has(cell), `${board.uid}: two panels at ${cell}`);
              taken.add(cell);
            }
          }
        }
      }
    }
  });

  it("lead to dashboards that there are, and with variables that those have", () => {
    const links = boards.flatMap((board) => [...board.links, ...panelsOf(board).flatMap((panel) => panel.links ?? [])].map((link) => ({ from: board.uid, link })));
    for (const { from, link } of links) {
      if (!("board" in link)) continue;
      const target = boards.find(({ uid }) => uid === link.board);
      assert.ok(target, `${from} leads to ${link.board}, which does not exist`);
      for (const name of Object.keys(link.variables ?? {})) assert.ok(target.variables?.some((variable) => variable.name === name), `${link.board} has no variable ${name}`);
    }
  });

  it("lead from the overview to a system, to its performance, to its logs by request ID", () => {
    const leadsTo = (from: string, to: string) => {
      const board = boards.find(({ uid }) => uid === from);
      const links: readonly Link[] = board ? [...board.links, ...panelsOf(board).flatMap((panel) => panel.links ?? [])] : [];
      assert.ok(links.some((link) => "board" in link && link.board === to), `${from} does not lead to ${to}`);
    };
    for (const id of systemIds) {
      leadsTo("stackbook-overview", `stackbook-${id}-system`);
      leadsTo(`stackbook-${id}-system`, `stackbook-${id}-performance`);
      leadsTo(`stackbook-${id}-performance`, "stackbook-logs");
    }
    const logs = boards.find(({ uid }) => uid === "stackbook-logs");
    assert.ok(logs?.variables?.some(({ name, kind }) => name === "requestId" && kind === "text"));
  });

  it("ask nothing of a database or cache that a system does not have", () => {
    const without = boardsOf(input({ systems: [facts("fetms", false), facts("sms", false)] }));
    const text = JSON.stringify(without);
    assert.doesNotMatch(text, /redis/i);
    assert.match(JSON.stringify(boards.filter(({ tags }) => tags.includes("mps"))), /redis_keyspace_hits_total/);
    const ofSms = JSON.stringify(without.filter(({ tags }) => tags.includes("sms")));
    assert.doesNotMatch(ofSms, /mongodb/i);
    assert.match(ofSms, /stackbook_postgres_connections/);
  });

  it("have no logs, and no way to them, where there is no Loki", () => {
    const without = boardsOf(input({ logs: false }));
    assert.equal(without.length, boards.length - 1);
    const queries = panelQueries(without);
    assert.ok(queries.every(({ datasource }) => datasource === "prometheus"));
    assert.doesNotMatch(JSON.stringify(without), /stackbook-logs|otelcol|loki/);
  });

  it("have no backups, and no way to them, where nothing is backed up; and no drills where there are none", () => {
    const without = boardsOf(input({ backups: false, drills: false }));
    assert.equal(without.length, boards.length - 1);
    assert.doesNotMatch(JSON.stringify(without), /stackbook-backups|stackbook_backup_/);
    const undrilled = JSON.stringify(boardsOf(input({ drills: false })));
    assert.match(undrilled, /stackbook_backup_bytes/);
    assert.doesNotMatch(undrilled, /drill/);
  });

  it("leave out links to parts without a door of their own", () => {
    assert.doesNotMatch(JSON.stringify(boardsOf(input({ publicUrls: {} }))), /https:/);
  });
});

describe("the queries of all panels", () => {
  const queries = panelQueries(boardsOf(input()));

  it("are read by Prometheus's own grammar, and name only what something exports", () => {
    for (const { dashboard, panel, datasource, expr } of queries) {
      if (datasource !== "prometheus") continue;
      for (const name of seriesRead(expr)) assert.ok(metricOfSeries(name), `${dashboard}, ${panel}: nothing exports ${name}`);
    }
  });

  it("name only metrics that the system of the dashboard has", () => {
    for (const id of systemIds) {
      const system = facts(id);
      for (const { dashboard, panel, datasource, expr } of queries.filter((query) => query.dashboard.startsWith(`stackbook-${id}-`))) {
        if (datasource !== "prometheus") continue;
        for (const name of seriesRead(expr)) assert.ok(appliesTo(metricOfSeries(name)!, system), `${dashboard}, ${panel}: ${id} has no ${name}`);
      }
    }
  });

  it("are read by Loki's own grammar, and don't ask it for everything, which it refuses", () => {
    for (const { dashboard, panel, datasource, expr } of queries) {
      if (datasource !== "loki") continue;
      const selectors = logSelectorsIn(expr);
      assert.ok(selectors.length > 0, `${dashboard}, ${panel}`);
      for (const selector of selectors) {
        const values = [...selector.matchAll(/=(~?)"([^"]*)"/g)].map(([, regex, value]) => ({ regex, value: value ?? "" }));
        assert.ok(values.some(({ regex, value }) => (regex ? !new RegExp(`^(${value})$`).test("") : value !== "")), `${dashboard}, ${panel}: ${selector}`);
      }
    }
  });

  it("have no variable left in them", () => {
    for (const { dashboard, panel, expr } of queries) assert.doesNotMatch(expr, /\$/, `${dashboard}, ${panel}`);
  });

  it("say why, where a metric that may be absent is all they read", () => {
    for (const { dashboard, panel, datasource, expr, exception } of queries) {
      if (datasource !== "prometheus" || / or vector\(0\)/.test(expr)) continue;
      const all = seriesRead(expr).map((name) => metricOfSeries(name)!);
      if (all.some(({ mayBeAbsent }) => mayBeAbsent !== undefined)) assert.ok(exception, `${dashboard}, ${panel} may be empty and does not say why: ${expr}`);
    }
  });

  it("of backups need no excuse for what an agent tells from its first minute on", () => {
    const backups = queries.filter(({ dashboard, panel }) => dashboard === "stackbook-backups" && !panel.startsWith("mark"));
    assert.ok(backups.length >= 14, String(backups.length));
    assert.deepEqual(backups.filter(({ exception }) => exception === undefined).map(({ panel }) => panel), ["Kept", "Stores"]);
    for (const { exception } of backups) assert.doesNotMatch(exception ?? "", /no backup agent/);
  });
});
