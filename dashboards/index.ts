import { backups } from "./boards/backups";
import { business } from "./boards/business";
import { logs } from "./boards/logs";
import { overview } from "./boards/overview";
import { performance } from "./boards/performance";
import { releases } from "./boards/releases";
import { systemOverview } from "./boards/systemOverview";
import type { Board } from "./model";
import type * as Render from "./render";
import type { DashboardsInput } from "./types";

export type { Board, Line, Unit } from "./model";
export { renderGrafana, grafanaEnv, grafanaSecrets, type GrafanaInput } from "./grafana";
export { linesFrom, type LinesFor } from "./lines";
export { panelQueries, type PanelQuery } from "./queries";
export type { DashboardsInput, SystemFacts } from "./types";

/** Every dashboard of a stack, as data. */
export function boardsOf(input: DashboardsInput): readonly Board[] {
  return [
    overview(input), releases(input),
    ...(input.backups ? [backups(input)] : []),
    ...(input.logs ? [logs(input)] : []),
    ...input.systems.flatMap((system) => [systemOverview(input, system), performance(input, system), business(input, system)]),
  ];
}

/** Where a dashboard's file lies, below the folder of Grafana's configuration. */
export const pathOf = (board: Board): string => `dashboards/${board.folder.path}/${board.file}`;

/** File -> Grafana's JSON. */
export function renderDashboards(input: DashboardsInput): Record<string, string> {
  const { renderBoard } = require("./render") as typeof Render;
  return Object.fromEntries(boardsOf(input).map((board) => [pathOf(board), renderBoard(board)]));
}
