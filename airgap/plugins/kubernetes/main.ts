import type { Plugin } from "../rpc/plugin";
import { serve } from "../rpc/server";
import { ClusterApi } from "./cluster";
import { kinds } from "./kinds";
import { objectKind } from "./object";
import { recorded } from "./recorded";

const version = "4.34.2";
const api = new ClusterApi();

const plugin: Plugin = {
  version,
  room: "airgap/plugins/kubernetes/kinds.ts",
  kind(type) {
    const kind = kinds[type];
    return kind === undefined ? undefined : objectKind(api, kind);
  },
  checkConfig: (config) => ClusterApi.checkConfig(config),
  configure: (config) => api.configure(config),
};

// Tests alone set it.
serve(process.env["STACKBOOK_RECORDER"] === "1" ? recorded(version) : plugin);
