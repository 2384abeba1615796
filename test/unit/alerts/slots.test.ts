import assert from "node:assert/strict";
import { alertRows, everything, watched } from "../../../alerts";
import type { AlertRow, WatchedSystem } from "../../../alerts/types";

/** The row of MPS, which runs two backends of each version. */
function rowOf(id: string, versions?: WatchedSystem["versions"]): AlertRow {
  const system = { ...watched("mps"), ...(versions === undefined ? {} : { versions }) };
  const row = alertRows({ ...everything, systems: [system] }).find((candidate) => candidate.id === id && candidate.system === "mps");
  return row ?? assert.fail(`${id} is missing`);
}

describe("alerts while two versions run side by side", () => {
  it("miss a replica of whoever has visitors", () => {
    const limit = (versions?: WatchedSystem["versions"]): unknown => rowOf("backend-replicas-missing", versions).limit;
    assert.deepEqual(limit(), { belowCount: { page: 1, ticket: 2 } });
    assert.deepEqual(limit({ running: 2, serving: 1 }), { belowCount: { page: 1, ticket: 2 } }, "the edge doesn't count the one that is kept warm");
    assert.deepEqual(limit({ running: 2, serving: 2 }), { belowCount: { page: 1, ticket: 4 } });
    assert.match(rowOf("backend-replicas-missing", { running: 2, serving: 2 }).summary, /\{value\} of 4 backend containers/);
  });

  it("miss a replica of either that can't be watched", () => {
    const limit = (versions?: WatchedSystem["versions"]): unknown => rowOf("backend-unwatched", versions).limit;
    assert.deepEqual(limit(), { belowCount: { ticket: 2 } });
    assert.deepEqual(limit({ running: 2, serving: 1 }), { belowCount: { ticket: 4 } });
  });
});
