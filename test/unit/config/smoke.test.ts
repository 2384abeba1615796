import assert from "node:assert/strict";
import type { SmokeFlow } from "../../../systems";
import { systems } from "../../../systems";
import { load, onlyProblem, problemsOf } from "./fixtures";

const dev = { stack: "dev" };
const file = (smoke: unknown): Record<string, unknown> => ({ "stackbook:systems": { motel: { smoke } } });
const flows = (smoke: unknown): readonly SmokeFlow[] => load(file(smoke), dev).systems[0]?.smoke ?? [];
const names = (smoke: unknown): string[] => flows(smoke).map(({ name }) => name);
const catalogue = systems.motel.smoke.map(({ name }) => name);

describe("critical flows of a system", () => {
  it("are the catalogue's where the file says nothing", () => {
    assert.deepEqual(load({ "stackbook:systems": { motel: {} } }, dev).systems[0]?.smoke, systems.motel.smoke);
    assert.deepEqual(names([]), catalogue);
  });

  it("take the place of the catalogue's flow of the same name, and stand after them otherwise", () => {
    const rooms = { name: "rooms can be listed", path: "/api/suites", expect: { status: [200, "204"], contains: "Garden", withinMs: "500", json: { "0.beds": 2 } } };
    const login = { name: "login", method: "POST", path: "/api/session", body: { user: "{login.email}", password: "{login.password}" }, save: { token: "data.accessToken" } };
    assert.deepEqual(names([rooms, login]), [...catalogue, rooms.name]);
    const given = flows([rooms, login]);
    assert.deepEqual(given.at(-1), { ...rooms, expect: { ...rooms.expect, status: [200, 204], withinMs: 500 } });
    assert.deepEqual(given.find(({ name }) => name === "login"), login);
  });

  it("can be left out by name", () => {
    assert.deepEqual(names([{ name: "the first page", skip: true }]), catalogue.filter((name) => name !== "the first page"));
  });

  it("are refused when they can't be asked", () => {
    for (const path of ["suites", "//elsewhere.example.org/", "/a b", "/a#b"]) assert.match(onlyProblem(file([{ name: "x", path }]), dev).path, /smoke\[0\]\.path/, path);
    assert.match(onlyProblem(file([{ name: "x", path: "/", method: "FETCH" }]), dev).fix, /GET/);
    assert.match(onlyProblem(file([{ name: "x", path: "/", expect: { status: 99 } }]), dev).path, /status/);
    assert.match(onlyProblem(file([{ name: "x", path: "/", expect: { withinMs: 0 } }]), dev).path, /withinMs/);
    assert.match(onlyProblem(file([{ name: "x" }]), dev).fix, /name the path that is asked/);
    assert.match(onlyProblem(file([{ name: "x", skip: true }]), dev).fix, /the first page/);
    assert.match(onlyProblem(file([{ name: "x", path: "/" }, { name: "x", path: "/b" }]), dev).fix, /use another name/);
  });

  it("are refused when they use what nothing before them saves", () => {
    const { fix } = onlyProblem(file([{ name: "x", path: "/api/{id}" }]), dev);
    assert.match(fix, /save: \{ id: /);
    assert.deepEqual(names([{ name: "x", path: "/a", save: { id: "id" } }, { name: "y", path: "/api/{id}" }]), [...catalogue, "x", "y"]);
    // What the catalogue's flows need of one that was replaced or left out.
    assert.match(onlyProblem(file([{ name: "login", skip: true }]), dev).fix, /what is behind the login/);
  });

  it("hold no secret in plain text, and no problem repeats one", () => {
    const problems = problemsOf(file([{ name: "x", path: "/", headers: { authorization: "Bearer abcdef" }, body: { user: "me", password: "hunter2" } }]), dev);
    assert.deepEqual(problems.map(({ path }) => path), ["systems.motel.smoke[0].headers.authorization", "systems.motel.smoke[0].body.password"]);
    assert.match(problems[0]?.fix ?? "", /motel:smokeLogin/);
    assert.ok(!JSON.stringify(problems).includes("hunter2"));
  });

  it("have a login of their own, which no container gets", () => {
    const secrets = { "motel:smokeLogin": "smoke@example.org:a long one" };
    const [motel] = load({ "stackbook:systems": { motel: {} } }, { ...dev, secrets }).systems;
    assert.deepEqual([motel?.givenSecrets, motel?.secretSettings], [{}, undefined]);
    assert.match(onlyProblem({ "stackbook:systems": { motel: {} } }, { ...dev, secrets: { "motel:smokeLogin": "nobody" } }).fix, /<address>:<password>/);
  });
});
