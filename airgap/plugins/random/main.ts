import type { Plugin, ResourceKind } from "../rpc/plugin";
import { serve } from "../rpc/server";
import { idKind } from "./id";
import { passwordKind, stringKind } from "./text";

const kinds: Readonly<Record<string, ResourceKind>> = {
  "random:index/randomPassword:RandomPassword": passwordKind(),
  "random:index/randomString:RandomString": stringKind(),
  "random:index/randomId:RandomId": idKind(),
};

const plugin: Plugin = {
  version: "4.21.2",
  room: "airgap/plugins/random/main.ts",
  kind: (type) => kinds[type],
};

serve(plugin);
