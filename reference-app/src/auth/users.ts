import type { StoredRow } from "../database";

export interface User {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  /** The session the token belongs to. */
  readonly session: string;
}

/** Addresses are compared without case and spaces around them. */
export function normalEmail(value: unknown): string {
  return typeof value === "string" ? value.trim().toLowerCase() : "";
}

export function textOf(row: StoredRow, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : "";
}

export function publicUser(row: StoredRow): Readonly<Record<string, string>> {
  return { id: row.id, email: textOf(row, "email"), name: textOf(row, "name"), role: textOf(row, "role") };
}
