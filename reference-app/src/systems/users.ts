import type { MigrationStep, TableSpec } from "../database/types";

/** The same in all five systems; only MPS manages users over its API. */
export const users: TableSpec = {
  name: "users",
  columns: {
    email: { type: "text", required: true },
    name: { type: "text", required: true },
    role: { type: "text", required: true, oneOf: ["admin", "member"], default: "member" },
    passwordHash: { type: "text", hidden: true, hashOf: "password" },
    lastLoginAt: { type: "timestamp", internal: true },
    lastSeenAt: { type: "timestamp", internal: true },
  },
  access: { read: "admin", write: "admin" },
};

export const usersSteps: readonly MigrationStep[] = [
  { kind: "table", table: users },
  { kind: "index", table: "users", columns: ["email"], unique: true },
  { kind: "index", table: "users", columns: ["lastSeenAt"], unique: false },
];
