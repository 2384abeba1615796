import { strict as assert } from "node:assert";
import { masks, maskLine, replacement } from "../../../components/monitoring/masking";

/** Secrets planted as applications really log them. `TOP` never survives; what is in `stays` does. */
const planted: readonly { readonly line: string; readonly stays?: string }[] = [
  { line: "Authorization: Bearer TOPabcdefgh.ijk", stays: "Authorization: ***" },
  { line: '{"headers":{"authorization":"Basic TOPb3A6cGFzcw==","accept":"text/html"}}', stays: '"accept":"text/html"' },
  { line: "sent bearer TOP12345678 to upstream", stays: "to upstream" },
  { line: "login with Basic TOPb3BlcmF0b3I6cGFzcw== refused", stays: "refused" },
  { line: "jwt eyJTOPhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sigTOP end", stays: "end" },
  { line: '{"level":"info","password":"TOP\\"quoted","user":"ann"}', stays: '"user":"ann"' },
  { line: '{"message":"body {\\"password\\":\\"TOP\\",\\"email\\":\\"a@b.c\\"}"}', stays: "email" },
  { line: '{"newPassword": "TOP one two"}' },
  { line: '{"pwd":12345678901TOP}' },
  { line: "PASSWORD=TOP DB_HOST=db", stays: "DB_HOST=db" },
  { line: "POSTGRES_PASSWORD: TOP", stays: "POSTGRES_PASSWORD: ***" },
  { line: "password='TOP with spaces' host=db", stays: "host=db" },
  { line: "connecting to postgresql://memo_user:TOP@memo-database:5432/memo_app", stays: "postgresql://memo_user:***@memo-database:5432/memo_app" },
  { line: "redis://:TOP@cache:6379", stays: "redis://:***@cache:6379" },
  { line: "mongodb://root:TOP%21@a:27017,b:27017/?replicaSet=rs", stays: "@a:27017" },
  { line: "x-api-key: TOP", stays: "x-api-key: ***" },
  { line: "apiKey=TOP&page=2", stays: "page=2" },
  { line: "GET /cb?code=TOP&lang=en", stays: "lang=en" },
  { line: "GET /reset?token=TOP HTTP/1.1", stays: "HTTP/1.1" },
  { line: "Cookie: session=TOP; theme=TOP", stays: "Cookie: ***" },
  { line: '{"set-cookie":["sid=TOP; Path=/"],"status":200}', stays: '"status":200' },
  { line: '{"refreshToken":"TOP","expiresIn":3600}', stays: '"expiresIn":3600' },
  { line: '{"client_secret": "TOP", "grant": "code"}', stays: '"grant": "code"' },
  { line: "JWT_ACCESS_SECRET=TOP", stays: "JWT_ACCESS_SECRET=***" },
  { line: "-----BEGIN EC PRIVATE KEY-----\\nTOP\\n-----END EC PRIVATE KEY----- loaded", stays: "loaded" },
  { line: "stripe sk_live_TOP4eC39HqLyjWDarjtT1zdp7dc", stays: "stripe" },
  { line: "aws AKIATOPOSFODNN7EXAM1 used", stays: "used" },
  { line: "push with ghp_TOP16C7e42F292c6912E7710c838347Ae178B4a", stays: "push with" },
  { line: "https://hooks.slack.com/services/TOP/B000/XXXX failed", stays: "failed" },
  { line: "chat said xoxb-TOP1234567890-abc", stays: "chat said" },
  { line: "passphrase: TOP", stays: "passphrase: ***" },
];

/** What looks a little like a secret and must stay readable. */
const harmless: readonly string[] = [
  '{"time":"2026-01-01T00:00:00Z","level":"info","message":"password changed","user":"ann"}',
  "motel_logins_total 5",
  "mps_password_changes_total 3",
  "GET http://motel-backend-a-0:3001/health/ready 200",
  "user ann@example.org logged in from 10.0.0.1:52344",
  "token expired",
  "3 tokens left, session ended",
  '{"requestId":"6cd925da-0a1b-4b62-8a57-8c5454281458","path":"/api/auth/login","status":401}',
  "basic checks passed",
  "https://docs.example.org/a:b/c@2",
  "cookies are enabled",
];

describe("masking of logs", () => {
  for (const { line, stays } of planted) {
    it(`hides what is planted in ${JSON.stringify(line.slice(0, 60))}`, () => {
      const result = maskLine(line);
      assert.ok(!result.includes("TOP"), result);
      assert.ok(result.includes("***"), result);
      if (stays !== undefined) assert.ok(result.includes(stays), result);
    });
  }

  for (const line of harmless) it(`leaves ${JSON.stringify(line.slice(0, 60))} as it is`, () => assert.equal(maskLine(line), line));

  it("changes nothing more the second time", () => {
    for (const { line } of planted) assert.equal(maskLine(maskLine(line)), maskLine(line), line);
  });

  it("needs every row: without it, something planted shows", () => {
    for (const mask of masks) {
      const others = masks.filter((other) => other !== mask);
      const shows = planted.some(({ line }) =>
        others.reduce((text, other) => text.replace(new RegExp(other.pattern, other.ignoreCase === true ? "gi" : "g"), replacement(other)), line) !== maskLine(line),
      );
      assert.ok(shows, mask.what);
    }
  });

  it("uses no syntax that only one of JavaScript and RE2 has", () => {
    for (const { pattern, what } of masks) {
      assert.doesNotMatch(pattern, /\(\?[^:]/, what);
      assert.doesNotMatch(pattern, /\\[1-9]|[*+?}]\+/, what);
    }
  });
});
