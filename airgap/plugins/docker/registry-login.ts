import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

/** The login that `docker login` left for the reference's registry, if there is one. */
export async function registryLogin(reference: string): Promise<Docker.AuthConfig | undefined> {
  const config = await readConfig();
  const first = reference.split("/")[0] ?? "";
  const named = /[.:]|^localhost$/.test(first) && reference.includes("/");
  const server = named ? first : defaultServer(config);
  if (server === undefined) return undefined;
  const helper = config.credHelpers?.[server] ?? config.credsStore;
  if (helper !== undefined) {
    const login = await askHelper(helper, server);
    if (login !== undefined) return login;
  }
  const encoded = config.auths?.[server]?.auth;
  if (encoded === undefined || encoded === "") return undefined;
  const [username = "", ...password] = Buffer.from(encoded, "base64").toString().split(":");
  return { username, password: password.join(":"), serveraddress: server };
}

/** A reference without a host belongs to the default registry, which the file knows by its first protocol's address. */
function defaultServer(config: DockerConfig): string | undefined {
  return Object.keys({ ...config.auths, ...config.credHelpers }).find((address) => address.endsWith("/v1/"));
}

async function readConfig(): Promise<DockerConfig> {
  const folder = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  const content = await readFile(join(folder, "config.json"), "utf8").catch(() => "{}");
  return JSON.parse(content) as DockerConfig;
}

async function askHelper(helper: string, server: string): Promise<Docker.AuthConfig | undefined> {
  return new Promise((resolve) => {
    const child = execFile(`docker-credential-${helper}`, ["get"], (error, stdout) => {
      if (error !== null) return resolve(undefined);
      const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
      resolve({ username: Username, password: Secret, serveraddress: server });
    });
    child.stdin?.end(server);
  });
}
