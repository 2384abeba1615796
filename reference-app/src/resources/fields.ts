import { hashPassword, minimumPasswordLength } from "../auth/passwords";
import { normalEmail } from "../auth/users";
import type { ColumnSpec, Row, StoredRow, TableSpec, Value } from "../database";
import { HttpError } from "../http/types";

const maximumText = 10_000;

/** A row from a request body. All that is wrong with it is said together. */
export async function readRow(table: TableSpec, body: Readonly<Record<string, unknown>>, complete: boolean): Promise<Row> {
  const problems: string[] = [];
  const row: Record<string, Value> = {};
  const open = Object.entries(table.columns).filter(([, column]) => !column.internal);
  const names = open.map(([name, column]) => column.hashOf ?? name);
  for (const name of Object.keys(body)) {
    if (!names.includes(name)) problems.push(`${name} is unknown; use ${names.join(", ")}`);
  }
  for (const [name, column] of open) {
    const value = body[column.hashOf ?? name];
    if (value === undefined || value === null) {
      if (complete && column.required && column.default === undefined) problems.push(`${name} is missing`);
      else if (value === null && column.required) problems.push(`${name} cannot be empty`);
      else if (value === null) row[name] = null;
    } else if (column.hashOf) {
      if (typeof value === "string" && value.length >= minimumPasswordLength) row[name] = await hashPassword(value);
      else problems.push(`${column.hashOf} needs at least ${minimumPasswordLength} characters`);
    } else {
      const problem = check(name, column, value);
      if (problem) problems.push(problem);
      else row[name] = name === "email" ? normalEmail(value) : (value as Value);
    }
  }
  if (problems.length > 0) throw new HttpError(400, "invalid", problems.join("; "));
  return row;
}

/** What a client may see of a row. */
export function publicRow(table: TableSpec, row: StoredRow): Row {
  const shown = Object.entries(row).filter(([name]) => name !== "isDeleted" && !table.columns[name]?.hidden);
  return Object.fromEntries(shown);
}

function check(name: string, column: ColumnSpec, value: unknown): string | undefined {
  switch (column.type) {
    case "text":
      if (typeof value !== "string" || value.length > maximumText) return `${name} must be a text of at most ${maximumText} characters`;
      if (column.required && value.trim() === "") return `${name} cannot be empty`;
      if (column.oneOf && !column.oneOf.includes(value)) return `${name} is ${value.slice(0, 40)}; use ${column.oneOf.join(", ")}`;
      // PostgreSQL keeps no NUL in a text.
      return value.includes("\u0000") ? `${name} has a NUL character` : undefined;
    case "integer":
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? undefined : `${name} must be a whole number`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `${name} must be true or false`;
    case "timestamp":
    case "json":
      return `${name} cannot be written`;
  }
}
