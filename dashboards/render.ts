import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AnnotationQueryBuilder, CustomVariableBuilder, DashboardBuilder, DashboardCursorSync, RowBuilder, TextBoxVariableBuilder,
  type AnnotationQuery, type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { layOut } from "./layout";
import type { Annotation, Board, Variable } from "./model";
import { datasourceRef, renderLink, renderPanel } from "./renderPanel";

/** Grafana's JSON of a dashboard. The same board gives the same text, so that an update changes what has changed. */
export function renderBoard(board: Board): string {
  const builder = new DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.says)
    .tags(["stackbook", ...board.tags])
    .readonly() // Changes belong in the program: what is provisioned can't be saved from the browser anyway.
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-3h", to: "now" })
    .timezone("browser")
    .refresh("30s")
    .links(board.links.map((link) => renderLink(link).keepTime("board" in link)))
    .variables((board.variables ?? []).map(renderVariable))
    .annotations((board.annotations ?? []).map(renderAnnotation));
  let id = 0;
  for (const row of layOut(board.rows)) {
    builder.withRow(new RowBuilder(row.title).id(++id).gridPos(row.place));
    for (const { panel, place } of row.panels) builder.withPanel(renderPanel(panel, place, ++id));
  }
  return `${JSON.stringify(builder.build(), shownOnThePage, 1)}\n`;
}

/** The SDK's default hides every link in a menu; without the field Grafana shows it. */
function shownOnThePage(key: string, value: unknown): unknown {
  return key === "placement" && value === "inControlsMenu" ? undefined : value;
}

function renderVariable(variable: Variable): Builder<VariableModel> {
  switch (variable.kind) {
    case "text":
      return new TextBoxVariableBuilder(variable.name).label(variable.label).description(variable.says).defaultValue("").current({ text: "", value: "" });
    case "choice": {
      const all = { text: "all", value: variable.all };
      const choices = [all, ...variable.values.map((value) => ({ text: value, value }))];
      return new CustomVariableBuilder(variable.name).label(variable.label)
        .values(choices.map(({ text, value }) => `${text} : ${value}`).join(", "))
        .options(choices.map((choice) => ({ ...choice, selected: choice === all })))
        .current(all);
    }
  }
}

function renderAnnotation(annotation: Annotation): Builder<AnnotationQuery> {
  return new AnnotationQueryBuilder().name(annotation.name).datasource(datasourceRef("prometheus")).enable(true).hide(false)
    .iconColor(annotation.color).expr(annotation.expr).titleFormat(annotation.title).textFormat(annotation.text)
    .useValueForTime(annotation.valueIsTime ?? false);
}
