import { z } from "zod";
import { smokeMethods, type SmokeFlow } from "../systems";
import { choice, documented, flag, looseText, text, wholeNumber } from "./fields";

/** `systems.<id>.smoke`: critical flows, over and beside the catalogue's. */

export const maxFlows = 50;
const maxNamed = 20;
const longest = 2000;

const isLine = (most: number) => (value: string): boolean => value.trim() !== "" && value.length <= most && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value);
const isPath = (value: string): boolean => value.startsWith("/") && !value.startsWith("//") && value.length <= longest && !/[\s\p{Cc}#]/u.test(value);

const named = (about: string, example: string) =>
  documented(
    z.record(z.string().min(1).max(200), looseText(isLine(longest), { about, example, allowed: `text of one line, at most ${longest} characters`, hidden: true })).refine((value) => Object.keys(value).length <= maxNamed),
    { type: "map of text", allowed: `at most ${maxNamed} names with text of one line`, about, example, default: "none", hidden: true },
  );

const status = wholeNumber(100, 599, { about: "", example: "200" });

const expectation = z.strictObject({
  status: documented(z.union([status, z.array(status).min(1).max(20)]), {
    type: "whole number or list", allowed: "100-599, one or a list of those that are well", about: "Status of the answer", example: "[200, 204]", default: "200",
  }).optional(),
  contains: looseText((value) => value !== "" && value.length <= longest, { about: "Text that is in the body", allowed: `text of at most ${longest} characters`, example: "Welcome" }).optional(),
  json: documented(z.record(z.string().min(1).max(200), z.union([z.string().max(longest), z.number(), z.boolean(), z.null()])).refine((value) => Object.keys(value).length <= maxNamed), {
    type: "map", allowed: `at most ${maxNamed} dotted paths, each with a text, a number, true, false or null`, about: "Values in the answer's JSON, by path; a number in a path counts a list from 0", example: "{ checks.database.status: up }", default: "none",
  }).optional(),
  headers: named("Text that is in a header of the answer, by the header's name", "{ content-type: text/html }").optional(),
  withinMs: wholeNumber(1, 60_000, { about: "Milliseconds that it may take", example: "2000", default: "10000" }).optional(),
});

const flow = z.strictObject({
  name: text(isLine(100), { about: "What is tried, for people; the name of one of the catalogue's flows replaces that one", allowed: "text of one line, at most 100 characters", example: "rooms can be listed" }),
  skip: flag({ about: "True: the catalogue's flow of this name is left out", example: "true", default: "false" }).optional(),
  method: choice(smokeMethods, { about: "HTTP method", example: "POST", default: "GET" }).optional(),
  path: text(isPath, { about: "Path, and query, on the system's own address", allowed: "a path from / on, without blanks", example: "/api/suites?limit=1" }).optional(),
  headers: named("Headers of the request", '{ authorization: "Bearer {token}" }').optional(),
  body: documented(z.record(z.string(), z.unknown()), {
    type: "map", allowed: "a map, sent as JSON", about: "Body of the request. `{login.email}` and `{login.password}` stand for the login under the stack secret `<system>:smokeLogin`", example: '{ email: "{login.email}", password: "{login.password}" }', default: "none", hidden: true,
  }).optional(),
  expect: expectation.optional(),
  save: documented(z.record(z.string().regex(/^[A-Za-z]\w{0,39}$/), text((value) => value !== "" && value.length <= 200, { about: "", allowed: "a dotted path", example: "token" })).refine((value) => Object.keys(value).length <= maxNamed), {
    type: "map of text", allowed: "names of letters and digits, each with a dotted path", about: "Values of the answer's JSON for later flows, which write them as `{name}`", example: "{ token: data.accessToken }", default: "none",
  }).optional(),
});

export const smokeSchema = documented(z.array(flow).max(maxFlows), {
  type: "list of maps",
  allowed: `at most ${maxFlows} of { name, path, method, headers, body, expect, save, skip }`,
  about: "Critical flows: requests that are tried through the edge after each step of a deploy or a rollback, in order. They run in production too, so they should not change data",
  example: '[{ name: rooms can be listed, path: /api/suites, expect: { status: 200, contains: Garden } }]',
  default: "the catalogue's",
});

export type RawSmoke = z.output<typeof smokeSchema>;

/** The catalogue's flows with the file's in place of those of the same name, and the file's others after them. */
export function resolveSmoke(catalogue: readonly SmokeFlow[], raw: RawSmoke = []): readonly SmokeFlow[] {
  const given = new Map(raw.map((entry) => [entry.name, entry]));
  const replaced = catalogue.flatMap((known): SmokeFlow[] => {
    const own = given.get(known.name);
    given.delete(known.name);
    return own === undefined ? [known] : asFlow(own);
  });
  return [...replaced, ...[...given.values()].flatMap(asFlow)];
}

function asFlow({ path, skip, ...rest }: RawSmoke[number]): SmokeFlow[] {
  if (skip === true || path === undefined) return [];
  const { body, expect, headers, method, name, save } = rest;
  return [{
    name, path,
    ...(method === undefined ? {} : { method }), ...(headers === undefined ? {} : { headers }), ...(body === undefined ? {} : { body }),
    ...(expect === undefined ? {} : { expect: withoutAbsent(expect) }), ...(save === undefined ? {} : { save }),
  }];
}

type Expectation = NonNullable<SmokeFlow["expect"]>;

function withoutAbsent({ contains, headers, json, status: wanted, withinMs }: NonNullable<RawSmoke[number]["expect"]>): Expectation {
  return {
    ...(wanted === undefined ? {} : { status: wanted }), ...(contains === undefined ? {} : { contains }), ...(json === undefined ? {} : { json }),
    ...(headers === undefined ? {} : { headers }), ...(withinMs === undefined ? {} : { withinMs }),
  };
}
