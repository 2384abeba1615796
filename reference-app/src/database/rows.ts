import { randomUUID } from "node:crypto";
import type { ColumnSpec, Row, TableSpec } from "./types";

/** All columns as they are stored, the ones that go without saying included. */
export function columnsOf(table: TableSpec): Readonly<Record<string, ColumnSpec>> {
  return {
    ...table.columns,
    ...(table.softDelete ? { isDeleted: { type: "boolean", required: true, default: false } as const } : {}),
    createdAt: { type: "timestamp", required: true },
    updatedAt: { type: "timestamp", required: true },
  };
}

/** A complete new row: key, defaults, times; columns without a value are null, so that both engines answer alike. */
export function newRow(table: TableSpec, given: Row, now = new Date()): Row & { readonly id: string } {
  const row: Record<string, Row[string]> = { id: randomUUID() };
  for (const [name, column] of Object.entries(columnsOf(table))) row[name] = given[name] ?? column.default ?? null;
  return { ...row, id: row["id"] as string, createdAt: now, updatedAt: now };
}

/** Hides rows that count as deleted. */
export function visible(table: TableSpec, where: Row): Row {
  return table.softDelete ? { ...where, isDeleted: false } : where;
}
