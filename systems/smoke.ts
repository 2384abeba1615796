/** Critical flows of a system (D12): requests with expectations, asked through the edge after each step of a deploy. */

export interface SmokeFlow {
  /** What is tried, for people: "the first page". Once per system; a stack file replaces a flow by its name. */
  readonly name: string;
  /** @default GET */
  readonly method?: SmokeMethod;
  /** From `/` on, query and all. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** @default { status: 200 } */
  readonly expect?: SmokeExpectation;
  /** Of the answer's JSON, for flows after this one: `{ token: accessToken }` makes `{token}` of what is under `accessToken`. */
  readonly save?: Readonly<Record<string, string>>;
}

export const smokeMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export type SmokeMethod = (typeof smokeMethods)[number];

/** All that is given must be so. */
export interface SmokeExpectation {
  /** One, or any of several. @default 200 */
  readonly status?: number | readonly number[];
  /** Text that is in the body. */
  readonly contains?: string;
  /** Values in the answer's JSON by dotted path: `{ "checks.database.status": up }`. */
  readonly json?: Readonly<Record<string, string | number | boolean | null>>;
  /** Text that is in a header, by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds from the request to the end of its answer, 1-60000. @default 10000 */
  readonly withinMs?: number;
}

/** In paths, headers and bodies: the address and the password of the login that smoke checks use. */
export const smokeLogin = { email: "{login.email}", password: "{login.password}" } as const;

/** Name of the stack secret `<system>:smokeLogin` that holds them, `address:password`. */
export const smokeLoginSecret = "smokeLogin";

export const firstPage: SmokeFlow = { name: "the first page", path: "/", expect: { headers: { "content-type": "text/html" } } };

/** Of an API that takes a login as JSON, and answers with a token for the header Authorization. */
export function loginFlows(whoAmI: string): readonly SmokeFlow[] {
  return [
    { name: "login", method: "POST", path: "/api/auth/login", body: smokeLogin, save: { token: "token" } },
    { name: "what is behind the login", path: whoAmI, headers: { authorization: "Bearer {token}" } },
  ];
}
