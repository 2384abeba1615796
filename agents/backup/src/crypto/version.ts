import { execFile } from "node:child_process";

/** "2.2.40", for the manifest. */
export function gpgVersion(): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("gpg", ["--version"], (error, output) => {
      if (error) reject(new Error(`gpg can't be started: ${error.message}`));
      else resolve(/(\d+\.\d+\.\d+)/.exec(output)?.[1] ?? "unknown");
    });
  });
}
