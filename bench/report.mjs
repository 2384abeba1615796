import { table } from "../setup/base/say.mjs";
import { load } from "./machine.mjs";
import { line } from "./statistics.mjs";
import { order } from "./previews.mjs";

const seconds = (value) => `${value.toFixed(2)} s`;
const MiB = (value) => (value === 0 ? "-" : `${value.toFixed(0)} MiB`);
const times = (value) => `${value.toFixed(2)} x`;

const head = ["", "median", "min-max", "CPU", "program", "all processes", "time", "CPU"];

/** One line of a table: what was measured, and as a ratio to what it is compared with. */
function row(title, one, to) {
  return [
    title,
    seconds(one.seconds),
    `${one.fastest.toFixed(2)}-${one.slowest.toFixed(2)} s`,
    seconds(one.cpuSeconds),
    MiB(one.programMiB),
    MiB(one.treeMiB),
    times(one.seconds / to.seconds),
    times(one.cpuSeconds / to.cpuSeconds),
  ];
}

export function machineLines(about, { runs, began, compose }) {
  return [
    `machine   ${about.cpu}, ${about.memoryGiB.toFixed(1)} GiB, ${about.distribution}, Linux ${about.kernel}`,
    `load      ${began} at the start, ${load()} at the end (1, 5, 15 minutes)`,
    `versions  ${Object.entries(about.versions).map(([name, version]) => `${name} ${version}`).join(", ")}${compose === undefined ? "" : `, compose ${compose.version}`}`,
    `plugins   ${about.plugins}`,
    `runs      ${runs} of each, in turns, after one of each that is not counted; medians; ${new Date().toISOString().slice(0, 10)}`,
  ];
}

export function previewLines({ results, resources }) {
  const { empty } = results;
  return [
    "1. pulumi preview of a new stack, against an empty program",
    ...indented(table([
      [...head.slice(0, 6), "x empty", "x empty"],
      row("empty program", empty, empty),
      row("as `pulumi new` has it: types checked", results["empty, types checked"], empty),
      row("one resource of each plugin", results["plugins only"], empty),
      row(`motel (${resources[1]} resources)`, results["systems 1"], empty),
      row(`all five (${resources[5]} resources)`, results["systems 5"], empty),
    ])),
    `   aim: motel 1.30 x, all five 1.60 x`,
    `   against one resource of each plugin: motel ${ratio(results["systems 1"], results["plugins only"])}, all five ${ratio(results["systems 5"], results["plugins only"])}`,
    `   against an empty program whose types are checked: motel ${ratio(results["systems 1"], results["empty, types checked"])}, all five ${ratio(results["systems 5"], results["empty, types checked"])}`,
  ];
}

const ratio = (one, other) => times(one.seconds / other.seconds);

export function updateLines(updates, compose) {
  return [
    "2. an up that changes nothing (--skip-preview), against an empty program's, and against Compose",
    ...updates.flatMap(({ title, containers, first, pulumi, compose: composed }) => [
      ...indented(table([
        [...head.slice(0, 6), "x empty", "x empty"],
        row("empty program", pulumi.empty, pulumi.empty),
        row(`${title} (${containers} containers; first up ${seconds(first)})`, pulumi.stackbook, pulumi.empty),
        ...(composed === undefined ? [] : [row("compose up -d of the same containers", composed.compose, composed.empty)]),
      ])),
      ...(composed === undefined ? [] : [`   up against compose up -d: ${times(pulumi.stackbook.seconds / composed.compose.seconds)} the time, ${times(pulumi.stackbook.cpuSeconds / composed.compose.cpuSeconds)} the CPU`]),
    ]),
    ...(compose === undefined ? ["   compose: left out, neither `docker compose` nor `docker-compose` is on this machine"] : []),
  ];
}

export function growthLines({ results, resources }) {
  const counts = order.map((_id, at) => at + 1);
  const fit = (kind, name) => line(counts.map((count) => [count, results[`${kind} ${count}`][name]]));
  const rows = [["", "time: fixed + each", "R²", "CPU: fixed + each", "R²", "program: fixed + each", "R²"]];
  for (const [kind, title] of [["systems", "this program"], ["flat", "written flat"]]) {
    const [time, cpu, memory] = ["seconds", "cpuSeconds", "programMiB"].map((name) => fit(kind, name));
    const text = ({ start, slope }, unit, digits) => `${start.toFixed(digits)} + ${slope.toFixed(digits)} ${unit}`;
    rows.push([title, text(time, "s", 2), time.straightness.toFixed(2), text(cpu, "s", 2), cpu.straightness.toFixed(2), text(memory, "MiB", 1), memory.straightness.toFixed(2)]);
  }
  const slopes = ["seconds", "cpuSeconds", "programMiB"].map((name) => times(fit("systems", name).slope / fit("flat", name).slope));
  const whole = counts.map((count) => `${count}: ${ratio(results[`systems ${count}`], results[`flat ${count}`])}`);
  return [
    `3. each system more (previews of 1 to 5: ${order.join(", ")}; ${counts.map((count) => resources[count]).join(", ")} resources), against the same resources written flat`,
    ...indented(table(rows)),
    `   each system more, against flat: ${slopes[0]} the time, ${slopes[1]} the CPU, ${slopes[2]} the memory (aim: 1.10 x)`,
    `   the whole preview, against flat, by number of systems: ${whole.join(", ")}`,
  ];
}

/** Bytes of a sample on disk: Prometheus's documentation says 1 to 2, so this errs upwards. */
const bytesASample = 2;

export function watchingLines({ taken, samples, series, wal, early, notified, missing }) {
  const sum = (name) => taken.reduce((total, one) => total + one[name], 0);
  const byMemory = [...taken].sort((one, other) => other.MiB - one.MiB);
  const mebibytes = (bytes) => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
  return [
    `4. monitoring of all five systems under demo traffic${missing.length === 0 ? "" : ` (without ${missing.join(", ")}: not to be had on this machine)`}`,
    ...indented(table([
      ["", "memory", "CPU"],
      ...byMemory.map(({ name, MiB: size, cores }) => [name, `${size.toFixed(0)} MiB`, `${(cores * 100).toFixed(1)} % of a core`]),
      [`${taken.length} containers`, `${sum("MiB").toFixed(0)} MiB`, `${(sum("cores") * 100).toFixed(1)} % of a core`],
    ])),
    "   aim: 1536 MiB",
    notified.told === 0
      ? `   a stopped backend was told of by no system within the time`
      : `   from a stopped backend to its page, after the rule's own wait of ${notified.wait} s: ${notified.median.toFixed(0)} s, slowest ${notified.slowest.toFixed(0)} s, of ${notified.told} of ${notified.of} systems (aim: 45 s)`,
    `   Prometheus: ${series.toFixed(0)} series, ${samples.toFixed(0)} samples a second: ${mebibytes(samples * 86_400 * bytesASample)} a day at ${bytesASample} bytes each; its write-ahead log holds ${mebibytes(wal)}`,
    ...(early.length === 0 ? [] : [`   paged before anything was stopped: ${early.join(", ")}`]),
  ];
}

export function backupLines({ postgres, mongodb }) {
  const line = (title, one, to) => [title, seconds(one.seconds), `${one.fastest.toFixed(2)}-${one.slowest.toFixed(2)} s`, MiB(one.MiB), times(one.seconds / to.seconds)];
  const gibibytes = (bytes) => `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
  return [
    `5. backup and restore against the databases' own tools, each in a container of the same image (PostgreSQL ${gibibytes(postgres.bytes)}, MongoDB ${MiB(mongodb.bytes / 1024 ** 2)})`,
    ...indented(table([
      ["", "median", "min-max", "peak memory", "time"],
      line("PostgreSQL: backup, encrypted, counted and summed", postgres.backup.ours, postgres.backup.tool),
      line("  pg_dump -Fc", postgres.backup.tool, postgres.backup.tool),
      line("  pg_dump | gzip", postgres.backup.gzip, postgres.backup.tool),
      line("PostgreSQL: restore beside, compared and swapped", postgres.restore.ours, postgres.restore.tool),
      line("  pg_restore", postgres.restore.tool, postgres.restore.tool),
      line("MongoDB: backup", mongodb.backup.ours, mongodb.backup.tool),
      line("  every document read by the driver", mongodb.backup.tool, mongodb.backup.tool),
      line("MongoDB: restore", mongodb.restore.ours, mongodb.restore.tool),
      line("  every document written by the driver", mongodb.restore.tool, mongodb.restore.tool),
    ])),
    `   aim: 1.15 x pg_dump -Fc, 1.15 x pg_restore, 150 MiB`,
    `   restore with a safety backup of what was there: ${seconds(postgres.whole.seconds)}; drill: RTO ${seconds(postgres.drill.answer?.seconds ?? 0)}`,
  ];
}

export function commandLines(results) {
  const read = results["stack output"];
  return [
    "6. commands that look, on a stack of all five systems, watched and under demo traffic, against one reading of the stack by the CLI",
    ...indented(table([
      [...head.slice(0, 4), "all processes", "x reading"],
      ...Object.entries(results).map(([name, one]) => [name === "stack output" ? "pulumi stack output --json" : `stackbook ${name}`, seconds(one.seconds), `${one.fastest.toFixed(2)}-${one.slowest.toFixed(2)} s`, seconds(one.cpuSeconds), MiB(one.treeMiB), times(one.seconds / read.seconds)]),
    ])),
    "   aim: status 2.00 s",
  ];
}

export function policyLines(results) {
  const { with: under, without } = results;
  return [
    "8. pulumi preview of all five systems, watched and backed up, under the policy pack",
    ...indented(table([[...head.slice(0, 6), "x without", "x without"], row("without policies", without, without), row("--policy-pack policies", under, without)])),
    "   aim: 1.30 x",
  ];
}

export function deployLines({ deploy, cold, warm, compose }) {
  const row = (title, one) => [title, seconds(one.seconds), one.switched === undefined ? "-" : seconds(one.switched), String(one.answers), String(one.failed), `${((100 * one.failed) / one.answers).toFixed(2)} %`];
  const said = Object.entries({ deploy, cold, warm, compose }).flatMap(([name, one]) => Object.entries(one?.failures ?? {}).map(([what, count]) => `${name}: ${count} x ${what}`));
  return [
    "7. deploys and rollbacks of motel under 8 visitors who ask without pause, half of them with a new connection each time",
    ...indented(table([
      ["", "whole command", "nobody gets the newer version after", "requests", "failed", ""],
      row("stackbook deploy", deploy),
      row("stackbook rollback --code, old version gone (cold)", cold),
      row("stackbook rollback --code, old version beside (warm)", warm),
      ...(compose === undefined ? [] : [row("compose up -d --force-recreate of backend and frontend", compose)]),
    ])),
    ...(said.length === 0 ? [] : [`   what failed: ${said.join(", ")}`]),
    ...(compose === undefined ? ["   Compose is not on this machine, so there is nothing beside it"] : []),
    "   aim: no request fails in a deploy; rollback 15.00 s warm, 60.00 s cold",
  ];
}

const indented = (lines) => lines.map((text) => `   ${text}`);
