import type { Engine } from "../../../../operations/engine";

/** An engine that refuses whatever a test has not said how to answer. */
export class FakeEngine implements Engine {
  exec: Engine["exec"] = (container, command) => refuse(`exec ${container} ${command.join(" ")}`);
  interact: Engine["interact"] = (container, command) => refuse(`interact ${container} ${command.join(" ")}`);
  tunnel: Engine["tunnel"] = (container, command) => refuse(`tunnel ${container} ${command.join(" ")}`);
  containers: Engine["containers"] = (labels) => refuse(`containers ${JSON.stringify(labels)}`);
  inspect: Engine["inspect"] = (container) => refuse(`inspect ${container}`);
  logs: Engine["logs"] = (container) => refuse(`logs ${container}`);
  stats: Engine["stats"] = (container) => refuse(`stats ${container}`);
  start: Engine["start"] = (container) => refuse(`start ${container}`);
  stop: Engine["stop"] = (container) => refuse(`stop ${container}`);
  kill: Engine["kill"] = (container) => refuse(`kill ${container}`);
  restart: Engine["restart"] = (container) => refuse(`restart ${container}`);
  setRestart: Engine["setRestart"] = (container, policy) => refuse(`setRestart ${container} ${policy}`);
  inspectWhole: Engine["inspectWhole"] = (container) => refuse(`inspectWhole ${container}`);
  connect: Engine["connect"] = (network, container) => refuse(`connect ${network} ${container}`);
  disconnect: Engine["disconnect"] = (network, container) => refuse(`disconnect ${network} ${container}`);
  image: Engine["image"] = (reference) => refuse(`image ${reference}`);
  pull: Engine["pull"] = (reference) => refuse(`pull ${reference}`);
  registryDigest: Engine["registryDigest"] = (reference) => refuse(`registryDigest ${reference}`);
  volumes: Engine["volumes"] = (labels) => refuse(`volumes ${JSON.stringify(labels)}`);
  createVolume: Engine["createVolume"] = (name) => refuse(`createVolume ${name}`);
  removeVolume: Engine["removeVolume"] = (name) => refuse(`removeVolume ${name}`);
  archive: Engine["archive"] = (container, path) => refuse(`archive ${container} ${path}`);
  processes: Engine["processes"] = (container) => refuse(`processes ${container}`);

  constructor(answers: Partial<Engine> = {}) {
    Object.assign(this, answers);
  }
}

function refuse(what: string): Promise<never> {
  return Promise.reject(new Error(`the engine was not expected to be asked: ${what}`));
}
