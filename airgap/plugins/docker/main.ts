import type { Plugin, ResourceKind } from "../rpc/plugin";
import { serve } from "../rpc/server";
import { containerKind } from "./container/container";
import { Engine } from "./engine";
import { imageKind } from "./image/image";
import { networkKind } from "./network";
import { remoteImageKind } from "./remote-image";
import { volumeKind } from "./volume";

const engine = new Engine();

const kinds: Readonly<Record<string, ResourceKind>> = {
  "docker:index/network:Network": networkKind(engine),
  "docker:index/volume:Volume": volumeKind(engine),
  "docker:index/remoteImage:RemoteImage": remoteImageKind(engine),
  "docker:index/image:Image": imageKind(engine),
  "docker:index/container:Container": containerKind(engine),
};

const plugin: Plugin = {
  version: "5.2.0",
  room: "airgap/plugins/docker/main.ts",
  kind: (type) => kinds[type],
  checkConfig: (config) => Engine.checkConfig(config),
  configure: (config) => engine.configure(config),
};

serve(plugin);
