import { age } from "../backups/texts";
import type { Screen } from "../commands/types";
import type { Alert } from "../prometheus";
import { columns, fit, painter, width, type Colour, type Paint } from "../terminal";
import type { ContainerStatus, Health, Snapshot, SystemStatus, Update } from "./types";

const colourOf: Readonly<Record<Health, Colour>> = { healthy: "green", starting: "yellow", degraded: "yellow", down: "red", stopped: "dim", halted: "red", unknown: "yellow" };
const severityColour: Readonly<Record<Alert["severity"], Colour>> = { page: "red", ticket: "yellow", digest: "blue" };

/** What is not there, or nobody knows. */
const nothing = "-";

/** One screen: systems, alerts, drift, updates, and what could not be read. @param detailed each container too */
export function statusText(snapshot: Snapshot, screen: Screen, detailed: boolean): string {
  const paint = painter(screen);
  const line = (text: string): string => fit(text, screen.columns);
  const blocks = [
    [header(snapshot, screen, paint)],
    table(snapshot.systems, paint),
    notes(snapshot.systems, paint, line),
    ...(detailed ? [containerTable(snapshot, paint, line)] : []),
    alertLines(snapshot, paint, screen.columns),
    driftLines(snapshot, paint, line),
    updateLines(snapshot, paint, line),
    snapshot.missing.map((why) => paint("yellow", line(`Not known: ${why}`))),
  ];
  return blocks.filter((block) => block.length > 0).map((block) => block.join("\n")).join("\n\n");
}

function header({ alerts, at, engine, environment, stack, systems, drift }: Snapshot, screen: Screen, paint: Paint): string {
  const firing = (alerts ?? []).filter(({ state }) => state === "firing").length;
  const ill = systems.filter(({ health }) => health !== "healthy" && health !== "stopped");
  const words = [
    ...(ill.length === 0 ? [] : [`${ill.length === 1 ? `${ill[0]?.id ?? ""} is` : `${ill.length} are`} not well`]),
    ...(firing === 0 ? [] : [`${firing} ${firing === 1 ? "alert" : "alerts"}`]),
    ...((drift ?? []).length === 0 ? [] : ["drift"]),
  ];
  const left = `${stack}${environment === "" || environment === stack ? "" : ` (${environment})`} on ${engine}, ${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const right = words.length === 0 ? paint("green", "all is well") : paint(ill.some(({ health }) => health === "down" || health === "halted") ? "red" : "yellow", words.join(", "));
  const room = (screen.columns ?? 80) - width(left) - width(right);
  return room >= 2 ? `${paint("bold", left)}${" ".repeat(room)}${right}` : `${paint("bold", left)}\n${right}`;
}

const head = ["SYSTEM", "VERSION", "HEALTH", "UP", "REQ/S", "5XX", "P95", "BACKUP"];
const figures = [3, 4, 5, 6, 7];

function table(systems: readonly SystemStatus[], paint: Paint): string[] {
  const rows = systems.map(({ backup, beside, containers, health, id, traffic, version }) => [
    id,
    `${version ?? nothing}${beside === undefined ? "" : ` + ${beside.version} ${beside.percent} %`}`,
    paint(colourOf[health], health),
    containers === undefined ? nothing : upOf(containers, paint),
    traffic === undefined ? nothing : traffic.requestsPerSecond.toFixed(traffic.requestsPerSecond < 100 ? 1 : 0),
    traffic?.errorShare === undefined ? nothing : percent(traffic.errorShare),
    traffic?.p95Seconds === undefined ? nothing : duration(traffic.p95Seconds),
    backup === undefined ? nothing : backup.failed ? paint("red", backup.ageSeconds === undefined ? "failed" : `failed, ${age(backup.ageSeconds)}`) : backup.ageSeconds === undefined ? paint("yellow", "none yet") : age(backup.ageSeconds),
  ]);
  return columns([head.map((cell) => paint("bold", cell)), ...rows], figures);
}

function upOf(containers: readonly ContainerStatus[], paint: Paint): string {
  const well = containers.filter((container) => container.well).length;
  const text = `${well}/${containers.length}`;
  return well === containers.length ? text : paint("red", text);
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : value < 0.1 ? value.toFixed(2) : value.toFixed(1)} %`;
}

/** 22 ms, 1.3 s */
export function duration(seconds: number): string {
  return seconds < 0.9995 ? `${seconds < 0.01 ? (seconds * 1000).toFixed(1) : Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

function notes(systems: readonly SystemStatus[], paint: Paint, line: (text: string) => string): string[] {
  return systems.flatMap(({ health, id, notes: said }) => said.map((note) => paint(colourOf[health] === "green" ? "yellow" : colourOf[health], line(`${id}: ${note}`))));
}

function containerTable({ at, systems }: Snapshot, paint: Paint, line: (text: string) => string): string[] {
  const all = systems.flatMap(({ containers = [] }) => containers);
  const rows = all.map(({ health, image, name, restarts, service, slot, startedAt, state, version, well }) => [
    service, name, `${version ?? nothing}${slot === undefined ? "" : ` (${slot})`}`,
    paint(well ? "green" : "red", health === undefined ? state : `${state}, ${health}`),
    startedAt === undefined ? nothing : age((at.getTime() - startedAt.getTime()) / 1000), restarts === 0 ? nothing : String(restarts), image,
  ]);
  const table = columns([["SERVICE", "CONTAINER", "VERSION", "STATE", "SINCE", "RESTARTS", "IMAGE"], ...rows], [5]);
  // A colour that is cut off would run on: where there are colours, the terminal wraps.
  return table.map((text) => (width(text) === text.length ? line(text) : text));
}

function alertLines({ alerts, at }: Snapshot, paint: Paint, room: number | undefined): string[] {
  if (alerts === undefined) return [];
  const firing = alerts.filter(({ state }) => state === "firing");
  const pending = alerts.length - firing.length;
  const soon = pending === 0 ? "" : `, ${pending} will be if it lasts`;
  if (firing.length === 0) return [`Alerts: none is on${soon}`];
  return [
    paint("bold", `Alerts: ${firing.length} on${soon}`),
    ...firing.map(({ quiet, severity, since, summary, system }) => {
      const label = severity.padEnd(6);
      const rest = fit(`${system}: ${summary} (${age((at.getTime() - since.getTime()) / 1000)}${quiet === undefined ? "" : `, ${quiet}`})`, room === undefined ? undefined : room - 10);
      return `  ${paint(severityColour[severity], label)}  ${rest}`;
    }),
  ];
}

function driftLines({ drift }: Snapshot, paint: Paint, line: (text: string) => string): string[] {
  if (drift === undefined) return [];
  if (drift.length === 0) return ["Drift: none, what runs is what the last update made"];
  return [paint("bold", `Drift: ${drift.length}`), ...drift.flatMap(({ fix, what }) => [paint("yellow", line(`  ${what}`)), paint("dim", line(`    ${fix}`))])];
}

function updateLines({ at, updates }: Snapshot, paint: Paint, line: (text: string) => string): string[] {
  if (updates === undefined || updates.length === 0) return [];
  return [paint("bold", "Last updates"), ...columns(updates.map((update) => updateRow(update, at))).map((text) => line(`  ${text}`))];
}

function updateRow({ release, result, startedAt, what, who }: Update, now: Date): string[] {
  return [release === undefined ? nothing : `#${release}`, `${age(Math.max(0, (now.getTime() - startedAt.getTime()) / 1000))} ago`, result, `${what}${who === undefined ? "" : ` (${who})`}`];
}
