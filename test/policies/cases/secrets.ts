import { dockerImage, randomPassword } from "../../../policies/rule";
import { docker, dockerProps, ecs, kubernetes, strongJwt, strongPassword } from "./platforms";
import { of, type Case } from "./types";

const secret = (name: string, value: string) => of("kubernetes:core/v1:Secret", { stringData: { [name]: value } });

export const secrets: readonly Case[] = [
  {
    rule: "no-plain-secret",
    good: [
      [docker()], [kubernetes()], [ecs()], [docker({ command: ["sh", "-c", `printf 'requirepass %s\\n' "$REDIS_PASSWORD" | redis-server -`] })], [docker({ command: ["redis-server", "--password-file", "/run/secrets/redis"] })],
      [of("kubernetes:core/v1:ConfigMap", { data: { "app.json": "{}", TOKEN_FILE: "/run/secrets/token" } })], [of("aws:ssm/parameter:Parameter", { name: "/motel/jwtSecret", type: "SecureString" })], [of(dockerImage, { build: { args: { NODE_IMAGE: "node" } } })],
      [kubernetes({ env: [{ name: "API_TOKEN", value: "$(OTHER)" }] })],
    ],
    bad: [
      ["refuses a password on the command line", [docker({ command: ["redis-server", "--requirepass hunter22"] })], /the command line holds a secret; give it by environment/],
      ["refuses one in a word of its own", [docker({ command: ["app", "--db-password", "hunter22"] })], /command line/],
      ["refuses one in an entrypoint", [docker({ entrypoints: ["app", "--token=abcdef"] })], /command line/],
      ["refuses a secret in a label", [docker({ labels: [...dockerProps.labels, { label: "DB_PASSWORD", value: "abc" }] })], /label DB_PASSWORD looks like a secret/],
      ["refuses a plain variable in a pod", [kubernetes({ env: [{ name: "DB_PASSWORD", value: strongPassword }] })], /variable DB_PASSWORD is plain; use valueFrom\.secretKeyRef/],
      ["refuses one in a pod's arguments", [kubernetes({ args: ["--api-key=abcdef"] })], /command line/],
      ["refuses an annotation", [of("kubernetes:core/v1:Service", { metadata: { annotations: { "example.org/api-token": "abc" } } })], /annotation example\.org\/api-token/],
      ["refuses a ConfigMap", [of("kubernetes:core/v1:ConfigMap", { data: { jwtSecret: strongJwt } })], /data jwtSecret holds a secret; use a Secret/],
      ["refuses a plain variable in ECS", [ecs({ environment: [{ name: "JWT_SECRET", value: strongJwt }] })], /move it from environment to secrets/],
      ["refuses a tag", [of("aws:s3/bucket:Bucket", { tags: { password: "abc" } })], /tag password/],
      ["refuses a plain parameter", [of("aws:ssm/parameter:Parameter", { name: "/motel/jwtSecret", type: "String" })], /SecureString/],
      ["refuses a function's variable", [of("aws:lambda/function:Function", { environment: { variables: { API_KEY: "abc" } } })], /variable API_KEY/],
      ["refuses a build argument", [of(dockerImage, { build: { args: { NPM_TOKEN: "abc" } } })], /build argument NPM_TOKEN/],
    ],
  },
  {
    rule: "jwt-length",
    good: [[docker()], [secret("JWT_SECRET", strongJwt)], [of(randomPassword, { length: 86 }, "motel-jwtSecret")], [docker({ envs: ["JWT_EXPIRES_IN=15m"] })]],
    bad: [
      ["refuses a short JWT secret", [docker({ envs: ["JWT_SECRET=short"] })], /^JWT_SECRET has 5 characters; use at least 64/],
      ["refuses one character too few", [docker({ envs: [`JWT_ACCESS_SECRET=${strongJwt.slice(1)}`] })], /63 characters/],
      ["refuses it in a Secret", [secret("jwt-secret", "short")], /5 characters/],
      ["refuses it in a Secret's base64", [of("kubernetes:core/v1:Secret", { data: { JWT_SECRET: Buffer.from("short").toString("base64") } })], /5 characters/],
      ["refuses it in Secrets Manager", [of("aws:secretsmanager/secretVersion:SecretVersion", { secretString: JSON.stringify({ JWT_SECRET: "short" }) })], /5 characters/],
      ["refuses a short one that is generated", [of(randomPassword, { length: 63 }, "motel-jwtSecret")], /set length to at least 64/],
    ],
  },
  {
    rule: "no-weak-password",
    good: [[docker()], [kubernetes()], [secret("password", strongPassword)], [of(randomPassword, { length: 32 })], [docker({ envs: ["POSTGRES_PASSWORD_FILE=/run/secrets/x", "POSTGRES_PASSWORD=/run/secrets/x"] })]],
    bad: [
      ["refuses a default password", [docker({ envs: ["POSTGRES_PASSWORD=postgres"] })], /^POSTGRES_PASSWORD is a default or empty value; let the stack generate it/],
      ["refuses Grafana's", [docker({ envs: ["GF_SECURITY_ADMIN_PASSWORD=admin"] })], /default/],
      ["refuses a default with a number", [docker({ envs: ["DB_PASSWORD=Password123!"] })], /default/],
      ["refuses an empty one", [docker({ envs: ["REDIS_PASSWORD="] })], /default or empty/],
      ["refuses a short one", [docker({ envs: ["REDIS_PASSWORD=x7Kq2mB9vTz"] })], /11 characters; use at least 12/],
      ["refuses one letter many times", [docker({ envs: ["REDIS_PASSWORD=abababababababab"] })], /repeats/],
      ["refuses it in a Secret", [secret("password", "changeme")], /default/],
      ["refuses a database's", [of("aws:rds/instance:Instance", { password: "secret123" })], /password is a default/],
      ["refuses a short one that is generated", [of(randomPassword, { length: 15 })], /set length to at least 16/],
    ],
  },
];
