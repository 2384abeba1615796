import assert from "node:assert/strict";
import { parse } from "yaml";
import { boardsOf, grafanaEnv, grafanaSecrets, renderGrafana, type GrafanaInput } from "../../../dashboards";
import { input } from "./fixtures";

const grafana: GrafanaInput = {
  directory: "/etc/grafana-stackbook", publicUrl: "https://grafana.example.org", anonymous: false, scrapeSeconds: 15, timeZone: "Europe/Vienna",
  prometheusUrl: "http://prometheus:9090", alertmanagerUrl: "http://alertmanager:9093", lokiUrl: "http://loki:3100",
};

interface Datasources {
  readonly datasources: readonly { uid: string; url: string; editable: boolean; jsonData: { timeInterval?: string; derivedFields?: { url: string; matcherRegex: string }[] } }[];
}
interface Providers {
  readonly providers: readonly { folder: string; allowUiUpdates: boolean; options: { path: string } }[];
}

function settings(text: string): Record<string, string> {
  let section = "";
  const found: Record<string, string> = {};
  for (const line of text.split("\n")) {
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
    const [, key, value] = /^([a-z_]+) = (.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) found[`${section}.${key}`] = value;
  }
  return found;
}

describe("Grafana's configuration", () => {
  const files = renderGrafana(grafana, boardsOf(input()));
  const ini = settings(files["grafana.ini"] ?? "");

  it("takes its secrets from files, and has no default one", () => {
    assert.equal(ini["security.admin_password"], "$__file{/etc/grafana-stackbook/secrets/admin-password}");
    assert.equal(ini["security.secret_key"], "$__file{/etc/grafana-stackbook/secrets/secret-key}");
    for (const name of grafanaSecrets) assert.ok(files["grafana.ini"]?.includes(`secrets/${name}`));
  });

  it("lets nobody in without a login, unless it is told to", () => {
    assert.equal(ini["auth.anonymous.enabled"], "false");
    assert.equal(ini["users.allow_sign_up"], "false");
    const open = settings(renderGrafana({ ...grafana, anonymous: true }, [])["grafana.ini"] ?? "");
    assert.equal(open["auth.anonymous.enabled"], "true");
    assert.equal(open["auth.anonymous.org_role"], "Viewer");
  });

  it("talks to nobody on the internet", () => {
    for (const name of ["analytics.reporting_enabled", "analytics.check_for_updates", "analytics.check_for_plugin_updates", "news.news_feed_enabled"]) assert.equal(ini[name], "false", name);
    assert.equal(ini["plugins.preinstall_disabled"], "true");
  });

  it("is found in spite of what the image says of itself", () => {
    assert.deepEqual(grafanaEnv("/etc/g"), { GF_PATHS_CONFIG: "/etc/g/grafana.ini", GF_PATHS_PROVISIONING: "/etc/g/provisioning" });
  });

  it("opens with the overview", () => {
    assert.equal(ini["dashboards.default_home_dashboard_path"], "/etc/grafana-stackbook/dashboards/stack/overview.json");
  });

  it("provisions the data sources that panels ask, so that nobody changes them", () => {
    const { datasources } = parse(files["provisioning/datasources/stackbook.yaml"] ?? "") as Datasources;
    assert.deepEqual(datasources.map(({ uid, url }) => [uid, url]), [["prometheus", "http://prometheus:9090"], ["alertmanager", "http://alertmanager:9093"], ["loki", "http://loki:3100"]]);
    assert.ok(datasources.every(({ editable }) => !editable));
    assert.equal(datasources[0]?.jsonData.timeInterval, "15s");
  });

  it("makes a link of every request ID in a line", () => {
    const { datasources } = parse(files["provisioning/datasources/stackbook.yaml"] ?? "") as Datasources;
    const [field] = datasources[2]?.jsonData.derivedFields ?? [];
    assert.equal(field?.url, "/d/stackbook-logs?var-requestId=$${__value.raw}"); // Grafana's provisioning turns $$ into $
    const line = `{"level":"info","message":"request","requestId":"3f0c3a0e-6f0e-4f43-9b6e-0f1f1f3b7a55"}`;
    assert.equal(new RegExp(field.matcherRegex).exec(line)?.[1], "3f0c3a0e-6f0e-4f43-9b6e-0f1f1f3b7a55");
  });

  it("has no Loki where there is none", () => {
    const { lokiUrl: _, ...without } = grafana;
    const { datasources } = parse(renderGrafana(without, [])["provisioning/datasources/stackbook.yaml"] ?? "") as Datasources;
    assert.deepEqual(datasources.map(({ uid }) => uid), ["prometheus", "alertmanager"]);
  });

  it("reads only the folders that have dashboards now", () => {
    const { providers } = parse(files["provisioning/dashboards/stackbook.yaml"] ?? "") as Providers;
    assert.deepEqual(providers.map(({ folder, options }) => [folder, options.path.replace("/etc/grafana-stackbook/dashboards/", "")]), [
      ["Stack", "stack"], ["Stack", "logs"], ["MPS Management Portal", "mps"], ["FETMS", "fetms"], ["MemoApp", "memo"], ["Motel Manager", "motel"], ["Student Management System", "sms"],
    ]);
    assert.ok(providers.every(({ allowUiUpdates }) => !allowUiUpdates));
  });
});
