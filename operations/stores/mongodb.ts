import type { Ending, Query } from "./queries";
import { refused, within, type Server } from "./server";

/** The shell's own text is on the command line; who it is for, and with which password, is in its environment. */
const mongosh = 'exec mongosh --quiet --norc --nodb --eval "$1"';

const login = `
const { MONGO_INITDB_ROOT_USERNAME: user = "root", MONGO_INITDB_ROOT_PASSWORD: first = "", PASSWORD: now } = process.env;
const admin = new Mongo("mongodb://" + encodeURIComponent(user) + ":" + encodeURIComponent(now || first) + "@127.0.0.1:27017/admin").getDB("admin");
`;

async function ask<T>(server: Server, script: string): Promise<T> {
  const ended = await within(server, mongosh, [`${login}${script}`], "");
  if (ended.code !== 0) throw refused(server, `${server.system}'s MongoDB did not answer`, ended);
  return JSON.parse(ended.out.trim().split("\n").at(-1) ?? "null") as T;
}

/** Operations of the server itself (replication, time-outs) are nobody's to end. */
export function mongoQueries(server: Server, seconds: number): Promise<readonly Query[]> {
  return ask<readonly Query[]>(server, `
const all = admin.aggregate([{ $currentOp: { allUsers: true, idleSessions: false } }, { $match: { active: true, client: { $exists: true }, microsecs_running: { $gte: ${Math.round(seconds * 1e6)} } } }]).toArray();
print(JSON.stringify(all.filter((op) => op.command === undefined || op.command.aggregate !== 1).map((op) => ({
  pid: String(op.opid), user: (op.effectiveUsers ?? []).map(({ user }) => user).join(","), database: (op.ns ?? "").split(".")[0],
  client: [op.appName, op.client].filter(Boolean).join(" "), state: op.waitingForLock ? "waits for a lock" : op.op, seconds: Number(op.microsecs_running) / 1e6,
  waitsFor: [], text: (op.ns + " " + EJSON.stringify(op.command)).slice(0, 500),
})).sort((a, b) => b.seconds - a.seconds)));
`);
}

export async function endMongoQuery(server: Server, pid: string): Promise<Ending> {
  const { ended } = await ask<{ ended: boolean }>(server, `
const id = ${/^\d+$/.test(pid) ? pid : JSON.stringify(pid)};
const mine = () => admin.aggregate([{ $currentOp: { allUsers: true } }, { $match: { opid: id } }]).toArray().length > 0;
const there = mine();
if (there) { admin.killOp(id); for (let i = 0; i < 50 && mine(); i += 1) sleep(100); }
print(JSON.stringify({ ended: there }));
`);
  return ended ? "cancelled" : "gone";
}
