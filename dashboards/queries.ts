import type { Board, Datasource } from "./model";

/** One query of one panel (or mark), as Grafana would send it. */
export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly datasource: Datasource;
  readonly expr: string;
  /** Why it may rightly return nothing. */
  readonly exception?: string;
}

/** What Grafana fills in. Ten minutes: enough of a span for a test that has just made some traffic. */
const builtIn: Readonly<Record<string, string>> = { $__rate_interval: "10m", $__interval: "1m", $__auto: "1m", $__range: "1h" };

/** Every query of every panel and mark, variables filled in with their first values: what a test can run. */
export function panelQueries(boards: readonly Board[]): readonly PanelQuery[] {
  return boards.flatMap((board) => [
    ...board.rows.flatMap((row) => row.panels).flatMap((panel) =>
      panel.queries.map((query) =>
        found(board, panel.title, panel.datasource ?? "prometheus", query.expr, query.mayBeEmpty ?? panel.mayBeEmpty))),
    ...(board.annotations ?? []).map((mark) => found(board, `mark: ${mark.name}`, "prometheus", mark.expr, mark.mayBeEmpty)),
  ]);
}

function found(board: Board, panel: string, datasource: Datasource, expr: string, exception: string | undefined): PanelQuery {
  return { dashboard: board.uid, panel, datasource, expr: substitute(board, expr), ...(exception === undefined ? {} : { exception }) };
}

export function substitute(board: Board, expr: string): string {
  const own = (board.variables ?? []).map((variable) => [`$${variable.name}`, variable.kind === "choice" ? variable.all : ""] as const);
  // The longest name first: "$service" would else eat the start of "$serviceName".
  const all = [...Object.entries(builtIn), ...own].sort(([a], [b]) => b.length - a.length);
  const filled = all.reduce((text, [name, value]) => text.replaceAll(name, value), expr);
  const left = /\$[a-zA-Z_]\w*/.exec(filled);
  if (left) throw new Error(`${board.uid} asks for ${left[0]}, which is no variable of it (${own.map(([name]) => name).join(", ") || "it has none"})`);
  return filled;
}
