import assert from "node:assert/strict";
import { rotatable } from "../../../config/rotations";
import { systems } from "../../../systems";
import { load, onlyProblem } from "./fixtures";

const dev = { stack: "dev" };
const motel = (rotations: unknown): Record<string, unknown> => ({ "stackbook:systems": { motel: { rotations } } });

describe("counters of secrets in a stack file", () => {
  it("are taken as numbers, as text as `pulumi config set` writes them, and not at all while they are 0", () => {
    assert.deepEqual(load(motel({ databasePassword: 2, jwtSecret: "1", cachePassword: 0 }), dev).systems[0]?.rotations, { databasePassword: 2, jwtSecret: 1 });
    assert.equal(load(motel({ cachePassword: 0 }), dev).systems[0]?.rotations, undefined);
    const { edge, monitoring } = load({ "stackbook:edge": { rotations: { operator: 1 } }, "stackbook:monitoring": { rotations: { grafana: 3 } } }, dev);
    assert.deepEqual([edge.rotations, monitoring.rotations], [{ operator: 1 }, { grafana: 3 }]);
  });

  it("are whole numbers from 0 on", () => {
    for (const count of [-1, 1.5, 10_000, "many"]) assert.equal(onlyProblem(motel({ databasePassword: count }), dev).path, "systems.motel.rotations.databasePassword", String(count));
    assert.match(onlyProblem({ "stackbook:edge": { rotations: { operators: 1 } } }, dev).fix, /operator/);
  });

  it("are of secrets that the system has", () => {
    assert.deepEqual(onlyProblem(motel({ databasePasswords: 1 }), dev), { path: "systems.motel.rotations.databasePasswords", given: "not a secret of this system", allowed: "databasePassword, databaseAdminPassword, monitorPassword, loginPassword, cachePassword, jwtSecret", fix: 'did you mean "databasePassword"?' });
    assert.equal(onlyProblem({ "stackbook:systems": { sms: { rotations: { cachePassword: 1 } } } }, dev).given, "not a secret of this system", "SMS has no Redis");
    assert.deepEqual(Object.keys(rotatable(systems.mps)).filter((name) => /^jwt/.test(name)), ["jwtAccessSecret", "jwtRefreshSecret"]);
  });
});
