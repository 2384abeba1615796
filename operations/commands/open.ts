import { execFile } from "node:child_process";
import type { Engine } from "../engine";
import { Problem, usageExitCode } from "../problem";
import { openTunnel, type Exit } from "../reading/tunnel";
import type { Stack } from "../stack";
import { serviceOf, stackContainers } from "../stackContainers";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface OpenOptions extends GlobalOptions {
  readonly tunnel?: boolean;
  readonly port?: string;
  readonly browser: boolean;
}

const pages = ["app", "status", "grafana", "prometheus", "alerts"] as const;
type Page = (typeof pages)[number];

/** D5: addresses nobody has to remember. */
export const open: CommandModule = {
  define(command, run) {
    command
      .description("shows the address of a page and who gets in, and opens it where there is a browser")
      .argument("<page>", pages.join(", "))
      .argument("[system]", "of app: which system")
      .option("--tunnel", "prometheus and alerts: through a port of this machine, until Ctrl-C (default where they have no public page)")
      .option("--port <n>", "of the tunnel: 0-65535, 0 is any that is free (default: 9090 for prometheus, 9093 for alerts)")
      .option("--no-browser", "shows the address only")
      .addHelpText("after", "\nExamples:\n  npx stackbook open app motel\n  npx stackbook open grafana\n  npx stackbook open prometheus --tunnel --port 0 --no-browser")
      .action(run<OpenOptions>(show));
  },
};

const tunnels: Readonly<Partial<Record<Page, { readonly host: string; readonly port: number }>>> = { prometheus: { host: "prometheus", port: 9090 }, alerts: { host: "alertmanager", port: 9093 } };

async function show(options: OpenOptions, context: Context, page = "", system?: string): Promise<Outcome> {
  if (!isPage(page)) throw new Problem(`there is no page ${page}`, [`Use one of: ${pages.join(", ")}.`], usageExitCode);
  const inside = tunnels[page];
  if (options.tunnel === true && inside === undefined) throw new Problem(`${page} needs no tunnel: it is a page for everybody`, ["Leave --tunnel out."], usageExitCode);
  const stack = await context.openStack(options.stack);
  const url = addressOf(stack, page, system);
  if (url !== undefined && options.tunnel !== true) {
    const opened = options.browser && (await browse(url, context.env));
    const hint = loginHint(stack, page);
    return { text: [url, ...(hint === undefined ? [] : [hint]), ...(opened ? ["Opened in the browser."] : [])].join("\n"), json: { page, url, ...(hint === undefined ? {} : { login: hint }), opened } };
  }
  if (inside === undefined) throw missing(stack, page);
  const engine = context.connect(stack);
  const tunnel = await openTunnel(engine, { container: await wayIn(stack, engine, inside.host), ...inside }, portOf(options.port, inside.port));
  const local = `http://127.0.0.1:${tunnel.port}`;
  context.print(options.json === true ? `${JSON.stringify({ page, url: local, tunnel: true })}\n` : `${local}\nOpen to this machine alone, without a login, until Ctrl-C.\n`);
  if (options.browser) await browse(local, context.env);
  // Ctrl-C ends the process, and the tunnel with it.
  return await new Promise<Outcome>(() => undefined);
}

function isPage(name: string): name is Page {
  return pages.some((page) => page === name);
}

/** undefined: it has no public address. */
function addressOf(stack: Stack, page: Page, system: string | undefined): string | undefined {
  const { monitoring, systems = {} } = stack.outputs;
  if (page === "app") {
    const ids = Object.keys(systems);
    const id = system ?? (ids.length === 1 ? ids[0] : undefined);
    const url = id === undefined ? undefined : systems[id]?.url;
    if (url === undefined) throw new Problem(system === undefined ? "which system's app?" : `${system} is no system of the stack ${stack.name}`, [`Use one of: ${ids.map((known) => `open app ${known}`).join(", ")}.`], usageExitCode);
    return url;
  }
  if (system !== undefined) throw new Problem(`${page} is one for all systems; ${system} is left over`, [`Use: open ${page}`], usageExitCode);
  const known = { status: monitoring?.status, grafana: monitoring?.grafana, prometheus: monitoring?.prometheus, alerts: monitoring?.alertmanager } as const;
  return known[page] ?? undefined;
}

function loginHint(stack: Stack, page: Page): string | undefined {
  const shown = stack.cli.local ? "npm run -s credentials" : `pulumi stack output credentials --show-secrets --stack ${stack.name}`;
  switch (page) {
    case "app":
      return `Login: ${shown}`;
    case "status":
      return undefined;
    case "grafana":
      return `Login: admin, the password: ${shown}`;
    case "prometheus":
    case "alerts":
      return `Login: operator, the password: ${shown}`;
  }
}

function missing(stack: Stack, page: "app" | "status" | "grafana" | Page): Problem {
  if (stack.outputs.monitoring === undefined) return new Problem(`the stack ${stack.name} has no ${page}: monitoring is switched off`, ["Switch it on with: pulumi config set --path stackbook:monitoring.enabled true, then pulumi up"]);
  const why = stack.outputs.monitoring.missing?.find(({ part }) => part === page || (page === "grafana" && part === "dashboards"))?.why;
  return new Problem(`the stack ${stack.name} has no ${page}${why === undefined ? "" : `: ${why}`}`, page === "grafana" ? ["Prometheus answers the same questions: npx stackbook open prometheus"] : []);
}

function portOf(text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Problem(`--port is ${text}: use 0-65535`, [], usageExitCode);
  return port;
}

/** The status agent reaches both, and has Node; else the program itself, in its own container. */
async function wayIn(stack: Stack, engine: Engine, service: string): Promise<Exit["container"]> {
  const running = (await stackContainers(stack, engine, { system: "stack", all: false })).filter(({ state }) => state === "running");
  const target = running.find((container) => serviceOf(container) === service);
  if (target === undefined) {
    if (stack.outputs.monitoring === undefined) throw missing(stack, service === "alertmanager" ? "alerts" : "prometheus");
    throw new Problem(`${service} does not run`, [`npx stackbook status stack says more; its log: npx stackbook logs stack ${service}`]);
  }
  return (running.find((container) => serviceOf(container) === "status") ?? target).name;
}

/** Whether it was opened: nobody sits before a server, and its address is enough there. */
function browse(url: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const opener = process.platform === "darwin" ? "open" : process.platform === "win32" ? "explorer" : env["DISPLAY"] !== undefined || env["WAYLAND_DISPLAY"] !== undefined ? "xdg-open" : undefined;
  if (opener === undefined) return Promise.resolve(false);
  return new Promise((resolve) => execFile(opener, [url], { timeout: 10_000 }, (error) => resolve(error === null)));
}
