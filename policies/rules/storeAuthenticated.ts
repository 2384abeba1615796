import { later, type Resource, type Rule } from "../rule";
import { containersOf, type Container } from "../view/container";
import { cloudDatabases } from "../view/stores";
import { at, listAt } from "../view/values";

export const storeAuthenticated: Rule = {
  name: "store-authenticated",
  description: "No database or cache lets anybody in without a password.",
  why: "A network's border falls with the first program behind it that is taken over.",
  source: "X2",
  check: (resource) => [...containersOf(resource).filter(({ env, platform, role }) => platform !== "task" && (role === "database" || role === "cache") && !unknown(env, resource)).flatMap(ofContainer), ...ofCloud(resource)],
};

/** The whole environment may be known only when the update gets there. */
const unknown = (env: Container["env"], { props }: Resource): boolean => env.length === 0 && props["envs"] === later;

const given = (container: Container, name: RegExp): boolean => container.env.some((variable) => name.test(variable.name) && (variable.fromSecret || variable.value === later || (variable.value ?? "") !== ""));

function ofContainer(container: Container): string[] {
  const { at: place, env, words } = container;
  const text = words.join(" ");
  if (env.some(({ name, value }) => name === "POSTGRES_HOST_AUTH_METHOD" && value === "trust") || /auth-(host|local)=trust/.test(env.map(({ value }) => (typeof value === "string" ? value : "")).join(" "))) {
    return [`${place}PostgreSQL trusts whoever connects; remove POSTGRES_HOST_AUTH_METHOD=trust, or use scram-sha-256`];
  }
  if (/(^|\s)--noauth\b/.test(text)) return [`${place}MongoDB is started with --noauth; remove it`];
  if (/\bprotected-mode\s+no\b/.test(text)) return [`${place}Redis is started with protected-mode no; remove it, and give it a password`];
  if (container.role === "cache") {
    // Redis takes its password from a file that a script writes, so where it comes from is what can be seen.
    return given(container, /REDIS.*PASS|REDIS.*SECRET|VALKEY.*PASS/i) ? [] : [`${place}Redis has no password; give REDIS_PASSWORD, and start it with --aclfile or --requirepass`];
  }
  return given(container, /^(POSTGRES_PASSWORD|MONGO_INITDB_ROOT_PASSWORD|MYSQL_ROOT_PASSWORD|PGPASSWORD)(_FILE)?$/) ? [] : [`${place}the database has no password; give POSTGRES_PASSWORD or MONGO_INITDB_ROOT_PASSWORD`];
}

function ofCloud({ type, props }: Resource): string[] {
  const has = (...names: string[]): boolean => names.some((name) => at(props, name) !== undefined && at(props, name) !== false && at(props, name) !== "");
  if (cloudDatabases.includes(type)) {
    return has("password", "passwordWo", "masterPassword", "masterPasswordWo", "manageMasterUserPassword", "snapshotIdentifier", "replicateSourceDb", "replicationSourceIdentifier", "iamDatabaseAuthenticationEnabled") ? [] : ["it has no password; set manageMasterUserPassword, or give one from the stack's secrets"];
  }
  if (type === "aws:elasticache/replicationGroup:ReplicationGroup") return has("authToken") || listAt(props, "userGroupIds").length > 0 || at(props, "userGroupIds") === later ? [] : ["Redis has no password; set authToken, or userGroupIds"];
  if (type === "aws:elasticache/cluster:Cluster" && at(props, "engine") === "redis" && at(props, "replicationGroupId") === undefined) return ["a single cluster can have no password; use a ReplicationGroup with authToken"];
  return [];
}
