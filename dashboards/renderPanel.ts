import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueGraphMode, BigValueTextMode, LegendDisplayMode, LegendPlacement, LogsSortOrder, SortOrder, StackingMode, TooltipDisplayMode,
  GraphThresholdsStyleConfigBuilder, GraphThresholdsStyleMode, ReduceDataOptionsBuilder, StackingConfigBuilder, VizLegendOptionsBuilder, VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { DashboardLinkBuilder, MappingType, ThresholdsConfigBuilder, ThresholdsMode, type DynamicConfigValue, type Panel as GrafanaPanel, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import * as logs from "@grafana/grafana-foundation-sdk/logs";
import * as loki from "@grafana/grafana-foundation-sdk/loki";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import type { Place } from "./layout";
import { linkUrl } from "./links";
import type { Link, Panel, Query, Unit } from "./model";
import { steps } from "./thresholds";

/** Grafana's names (packages/grafana-data/src/valueFormats/categories.ts). */
const units: Readonly<Record<Unit, string>> = {
  seconds: "s", bytes: "bytes", bytesPerSecond: "Bps", ratio: "percentunit", requestsPerSecond: "reqps", perSecond: "cps", perMinute: "cpm",
  count: "short", cores: "none", bool: "none", times: "suffix:x", age: "dateTimeFromNow", log: "none",
};

export function renderPanel(panel: Panel, place: Place, id: number): Builder<GrafanaPanel> {
  const builder = kinds[panel.kind](panel);
  builder.id(id).gridPos(place).title(panel.title).description(panel.says).datasource(datasourceRef(panel.datasource ?? "prometheus"))
    .targets(panel.queries.map((query, index) => renderQuery(panel, query, refId(index)))).unit(units[panel.unit]).noValue(panel.nothing ?? "No data")
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(panel)));
  if (panel.links) builder.dataLinks(panel.links.map(renderLink));
  if (panel.words) builder.mappings([wordMapping(panel.words)]);
  if (panel.max !== undefined) builder.max(panel.max);
  panel.queries.forEach((query, index) => {
    const unit: DynamicConfigValue[] = query.unit ? [{ id: "unit", value: units[query.unit] }] : [];
    if (unit.length === 0) return;
    if (panel.kind === "table") builder.overrideByName(query.legend, unit);
    else builder.overrideByQuery(refId(index), unit);
  });
  return builder;
}

export const datasourceRef = (uid: "prometheus" | "loki"): { type: string; uid: string } => ({ type: uid, uid });

/** The time span goes along where a link leads to a dashboard; what is outside opens beside Grafana. */
export function renderLink(link: Link): DashboardLinkBuilder {
  return new DashboardLinkBuilder(link.title).url(linkUrl(link)).targetBlank("url" in link);
}

const kinds = {
  lines: (panel: Panel) => {
    const legend = new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).calcs([]);
    const drawn = new timeseries.PanelBuilder().legend(legend).min(0)
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(panel.lines?.length ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off));
    // A threshold far above today's figures is still on the picture.
    if (panel.lines?.length) drawn.axisSoftMax(Math.max(...panel.lines.map(({ value }) => value)) * 1.1);
    return panel.stacked ? drawn.fillOpacity(30).stacking(new StackingConfigBuilder().mode(StackingMode.Normal)) : drawn.fillOpacity(5);
  },
  stat: (panel: Panel) =>
    new stat.PanelBuilder().graphMode(BigValueGraphMode.None).reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false))
      .textMode(textMode(panel)),
  table: (panel: Panel) =>
    new table.PanelBuilder().filterable(true).transformations([
      { id: "merge", options: {} },
      { id: "organize", options: { excludeByName: { Time: true }, renameByName: columns(panel.queries) } },
    ]),
  logs: () => new logs.PanelBuilder().showTime(true).wrapLogMessage(true).enableLogDetails(true).sortOrder(LogsSortOrder.Descending),
} satisfies Record<Panel["kind"], (panel: Panel) => unknown>;

function renderQuery(panel: Panel, query: Query, ref: string): Builder<Dataquery> {
  if (panel.datasource === "loki") {
    return new loki.DataqueryBuilder().refId(ref).datasource(datasourceRef("loki")).expr(query.expr).legendFormat(query.legend).queryType("range");
  }
  const target = new prometheus.DataqueryBuilder().refId(ref).datasource(datasourceRef("prometheus")).expr(query.expr).legendFormat(query.legend);
  switch (panel.kind) {
    case "table":
      return target.instant().format(prometheus.PromQueryFormat.Table);
    case "stat":
      return target.instant();
    case "lines":
    case "logs":
      return target.range();
  }
}

function textMode(panel: Panel): BigValueTextMode {
  if (panel.showsName) return BigValueTextMode.Name;
  return panel.queries.length > 1 || panel.queries[0]?.legend.includes("{{") ? BigValueTextMode.ValueAndName : BigValueTextMode.Value;
}

/** Grafana names the column of a lone query "Value", those of several "Value #A". */
function columns(queries: readonly Query[]): Record<string, string> {
  return Object.fromEntries(queries.map(({ legend }, index) => [queries.length === 1 ? "Value" : `Value #${refId(index)}`, legend]));
}

function wordMapping(words: Readonly<Record<number, string>>): ValueMapping {
  const colorOf = (value: string): string => (value === "1" ? "green" : "red");
  return { type: MappingType.ValueToText, options: Object.fromEntries(Object.entries(words).map(([value, text]) => [value, { text, color: colorOf(value) }])) };
}

const refId = (index: number): string => String.fromCharCode(65 + index);
