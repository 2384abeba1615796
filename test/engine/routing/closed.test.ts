import assert from "node:assert/strict";
import { renderAlertmanager } from "../../../alerts/routing";
import { alertmanagerDirectory } from "../../../alerts/routing/secretFiles";
import { everything, withAlerts } from "../../unit/routing/fixtures";
import { inImage } from "../inImage";

/** Whole minutes from this one on, so that the one that now is is never a border. */
const inMinutes = (minutes: number): string => new Date((Math.floor(Date.now() / 60_000) + minutes) * 60_000).toISOString();

describe("a running Alertmanager", function () {
  this.timeout(120_000);

  it("sends nothing of a system that is closed now, and everything of one that was, or will be", async () => {
    const { alerts } = withAlerts({ systemRoutes: { sms: { page: ["sms-slack"] }, motel: { page: ["desk"] }, memo: { page: ["pager"] } }, routes: { page: ["mail"], ticket: [], digest: [] } });
    const { files, secretFiles } = renderAlertmanager({
      ...everything, alerts,
      closed: [
        { system: "sms", from: inMinutes(-5), until: inMinutes(60 * 24 * 400) },
        { system: "memo", from: inMinutes(-120), until: inMinutes(-1) },
        { system: "motel", from: inMinutes(10) },
      ],
    });
    // Nobody listens there: that it tried is what counts.
    const secrets = Object.fromEntries(Object.keys(secretFiles).map((path) => [path, "http://127.0.0.1:9/x"]));
    const script = [
      "alertmanager --config.file=alertmanager.yml --storage.path=/tmp/data --cluster.listen-address= >/tmp/log 2>&1 &",
      "get() { curl -fsS \"$1\" 2>/dev/null || wget -qO- \"$1\" 2>/dev/null; }",
      "until get http://127.0.0.1:9093/-/ready >/dev/null; do sleep 0.2; done",
      // The closed one first, so that its turn has come when that of the others has.
      "for system in sms memo motel mps; do amtool --alertmanager.url=http://127.0.0.1:9093 alert add alertname=Down severity=page class=down system=$system; done",
      "tried() { get http://127.0.0.1:9093/metrics | grep '^alertmanager_notifications_total' | grep -v ' 0$'; }",
      'for i in $(seq 60); do sleep 1; [ "$(tried | grep -c -E "email|webhook|pagerduty")" -ge 3 ] && break; done',
      "echo; tried | sed 's/.*integration=\"\\([a-z]*\\)\".*/\\1/' | sort",
    ].join("\n");
    const { output } = await inImage("alertmanager", alertmanagerDirectory, { ...files, ...secrets }, script);
    assert.deepEqual(output.trim().split("\n").slice(-3), ["email", "pagerduty", "webhook"], output);
    assert.doesNotMatch(output, /slack/);
  });
});
