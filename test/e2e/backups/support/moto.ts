import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../../support/ports";

const run = promisify(execFile);
const version = "5.2.5";
const home = join(homedir(), ".cache", "stackbook", `moto-${version}`);
const python = join(home, "bin", "python");

/** From PyPI, once: a minute or two. It answers as AWS does, and keeps what it is told; it acts on no lifecycle. */
async function install(): Promise<void> {
  if (existsSync(join(home, "complete"))) return;
  mkdirSync(home, { recursive: true });
  await run("python3", ["-m", "venv", home]);
  await run(join(home, "bin", "pip"), ["install", "-q", `moto[s3,iam,server]==${version}`]);
  await run("touch", [join(home, "complete")]);
}

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** AWS, as far as buckets and rights go, on a port of its own. */
export class Moto {
  private constructor(readonly endpoint: string, private readonly server: ChildProcess) {}

  static async start(): Promise<Moto> {
    await install();
    const port = await freePort();
    const server = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
    const moto = new Moto(`http://127.0.0.1:${port}`, server);
    for (let tries = 0; ; tries++) {
      if (await fetch(`${moto.endpoint}/moto-api/data.json`).then(({ ok }) => ok, () => false)) return moto;
      if (tries > 300 || server.exitCode !== null) throw new Error(`moto did not start on port ${port}`);
      await pause(200);
    }
  }

  /** A user with the policy and no other right. */
  async user(name: string, policy: string): Promise<Keys> {
    const script = `
import boto3, json, sys
iam = boto3.client("iam", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="root", aws_secret_access_key="root")
iam.create_user(UserName=sys.argv[2])
iam.put_user_policy(UserName=sys.argv[2], PolicyName="own", PolicyDocument=sys.argv[3])
key = iam.create_access_key(UserName=sys.argv[2])["AccessKey"]
print(json.dumps({"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}))
`;
    const { stdout } = await run(python, ["-c", script, this.endpoint, name, policy]);
    return JSON.parse(stdout) as Keys;
  }

  /** Runs Python with boto3 against it: `client(service)` is there, `given` is what is handed over. @returns what the script put into `answer` */
  async run(script: string, given: unknown): Promise<unknown> {
    const file = join(tmpdir(), `stackbook-moto-${process.pid}.json`);
    writeFileSync(file, JSON.stringify(given));
    const head = `
import boto3, json, sys
client = lambda service: boto3.client(service, endpoint_url=sys.argv[1], region_name="eu-central-1", aws_access_key_id="root", aws_secret_access_key="root")
given = json.load(open(sys.argv[2]))
answer = None
`;
    try {
      const { stdout } = await run(python, ["-c", `${head}${script}\nprint(json.dumps(answer, default=str))`, this.endpoint, file], { maxBuffer: 64 * 1024 * 1024 });
      return JSON.parse(stdout);
    } finally {
      rmSync(file, { force: true });
    }
  }

  /** From now on every request is held to its user's policy. */
  async enforce(): Promise<void> {
    await fetch(`${this.endpoint}/moto-api/reset-auth`, { method: "POST", body: "0" });
  }

  stop(): void {
    this.server.kill();
  }
}
