/** How a container is asked whether it is well, on whichever platform. */
export interface Healthcheck {
  /** Docker's form: ["CMD", ...] or ["CMD-SHELL", text]. */
  readonly test: readonly string[];
  /** Between two looks of the engine; a deploy doesn't wait for them, see HealthGate. @default 10 */
  readonly intervalSeconds?: number;
  /** Failures within it don't count. @default 30 */
  readonly startSeconds?: number;
  /** @default 5 */
  readonly retries?: number;
}

/** The first tool that the image has asks the health path; curl costs least, an interpreter most. */
export function httpHealthcheck(port: number, path: string, intervalSeconds?: number): Healthcheck {
  const url = `http://127.0.0.1:${port}${path}`;
  return {
    test: [
      "CMD-SHELL",
      [
        `if command -v curl >/dev/null; then curl -fsS -m 4 -o /dev/null '${url}'`,
        `elif command -v wget >/dev/null; then wget -q -T 4 -O /dev/null '${url}'`,
        `elif command -v node >/dev/null; then node -e "fetch('${url}').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"`,
        `elif command -v python3 >/dev/null; then python3 -c "import urllib.request as u;u.urlopen('${url}',timeout=4)"`,
        `else echo 'the image has none of curl, wget, node, python3 to check ${url} with'; exit 1; fi`,
      ].join("; "),
    ],
    ...(intervalSeconds === undefined ? {} : { intervalSeconds }),
  };
}
