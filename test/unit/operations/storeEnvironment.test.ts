import assert from "node:assert/strict";
import { storeEnvironment } from "../../../operations/storeEnvironment";
import { FakeCli, noCli } from "./support/fakes";

const settings = (motel: object): { "stackbook:systems": { value: string } } => ({ "stackbook:systems": { value: JSON.stringify({ motel, sms: null }) } });

describe("what opens a system's stores, for who works in their containers", () => {
  it("is nothing, and nobody asks for secrets, while theirs were never exchanged", async () => {
    for (const motel of [{}, { rotations: { jwtSecret: 3, databasePassword: 2 } }]) assert.deepEqual(await storeEnvironment({ cli: noCli, settings: settings(motel) }, "motel"), {});
    assert.deepEqual(await storeEnvironment({ cli: noCli }, "motel"), {});
    assert.deepEqual(await storeEnvironment({ cli: noCli, settings: settings({ rotations: { cachePassword: 1 } }) }, "sms"), {});
  });

  it("is what the stack has now, by the names that the containers have it under", async () => {
    const cli = new FakeCli();
    cli.run = (args) => Promise.resolve(args.join(" ") === "stack output credentials --json --show-secrets" ? JSON.stringify({ motel: { databaseAdminPassword: "admin", cachePassword: "cache" } }) : "");
    assert.deepEqual(await storeEnvironment({ cli, settings: settings({ rotations: { databaseAdminPassword: 1 } }) }, "motel"), {
      POSTGRES_PASSWORD: "admin", MONGO_INITDB_ROOT_PASSWORD: "admin", REDIS_PASSWORD: "cache", REDISCLI_AUTH: "cache",
    });
  });
});
