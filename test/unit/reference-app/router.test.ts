import { strict as assert } from "node:assert";
import { Router } from "../../../reference-app/src/http/router";
import type { Route } from "../../../reference-app/src/http/types";

const route = (method: string, path: string): Route => ({ method, path, handler: () => ({ status: 200 }) });
const router = new Router([
  route("GET", "/"), route("GET", "/api/suites"), route("POST", "/api/suites"), route("GET", "/api/suites/:id"), route("GET", "/api/suites/free"),
  route("GET", "/api/teachers/:id/avatar"),
]);

function found(method: string, path: string): { readonly path: string; readonly params: Readonly<Record<string, string>> } | undefined {
  const match = router.match(method, path);
  return match.kind === "found" ? { path: match.route.path, params: match.params } : undefined;
}

describe("reference app: router", () => {
  it("finds a route by method and path", () => {
    assert.deepEqual(found("GET", "/api/suites"), { path: "/api/suites", params: {} });
    assert.deepEqual(found("POST", "/api/suites"), { path: "/api/suites", params: {} });
    assert.deepEqual(found("GET", "/"), { path: "/", params: {} });
  });

  it("takes parameters out of the path, decoded", () => {
    assert.deepEqual(found("GET", "/api/suites/a%20b"), { path: "/api/suites/:id", params: { id: "a b" } });
    assert.deepEqual(found("GET", "/api/teachers/7/avatar"), { path: "/api/teachers/:id/avatar", params: { id: "7" } });
  });

  it("prefers a fixed part to a parameter, whatever the order", () => {
    assert.equal(found("GET", "/api/suites/free")?.path, "/api/suites/free");
  });

  it("answers HEAD by GET's route", () => {
    assert.equal(found("HEAD", "/api/suites")?.path, "/api/suites");
  });

  it("names the methods there are when only the method is wrong", () => {
    assert.deepEqual(router.match("DELETE", "/api/suites"), { kind: "otherMethod", allow: ["GET", "POST"] });
  });

  it("finds nothing for other paths, longer ones and ones that cannot be decoded", () => {
    for (const path of ["/nothing", "/api/suites/1/2", "/api/suites/%E0%A4%A"]) assert.equal(router.match("GET", path).kind, "none", path);
  });
});
