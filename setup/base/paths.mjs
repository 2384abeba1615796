import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where everything lies; nothing of ours is written outside these and the engine. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const own = join(root, ".stackbook");

export const paths = {
  root,
  own,
  state: join(own, "state"),
  passphrase: join(own, "passphrase"),
  images: join(own, "images.json"),
  environment: join(own, "env.json"),
  logs: join(own, "logs"),
  lock: join(own, "lock"),
  caCertificate: join(own, "ca.crt"),
  standIns: join(own, "bin"),
  policies: join(root, "policies"),
  modules: join(root, "node_modules"),
  packageLock: join(root, "package-lock.json"),
  /** Shared by every clone of this user: built tools and images' parts. */
  cache: join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "stackbook"),
};

export const projectName = "stackbook";

/** The stack file the CLI reads. */
export const stackFile = (stack) => join(root, `Pulumi.${stack}.yaml`);
