import { configFiles, later, type Found, type Resource, type StackRule } from "../rule";
import { containersOf, insteadOf, type Container, type Instead } from "../view/container";
import { textsOf } from "../view/texts";
import { at } from "../view/values";

const instead: Instead = {
  docker: `set healthcheck.tests, such as ["CMD", "curl", "-fsS", "http://127.0.0.1:8080/health"]`,
  kubernetes: "set readinessProbe, and livenessProbe where a restart helps",
  ecs: `set healthCheck.command, such as ["CMD-SHELL", "curl -fsS http://127.0.0.1:8080/health"]`,
};

/** Roles whose images are other people's: some have no program that could ask, so Prometheus may do it. */
const asked = ["monitoring", "collector"];

export const healthcheck: StackRule = {
  name: "healthcheck",
  description: "Every container that is to stay says whether it is healthy; one that watches may be asked by Prometheus instead.",
  why: "Nothing counts as there until it answers: an update waits for it, and an alert goes off when it stops.",
  source: "X7, decision 6 of the design",
  checkStack(resources) {
    const scraped = scrapedHosts(resources);
    return resources.flatMap((resource) =>
      containersOf(resource).filter((container) => lacks(container, resource, scraped)).map((container): Found => ({
        resource: resource.name, problem: `${container.at}a container with role ${container.role ?? "none"} has no health check; ${insteadOf(instead, container)}`,
      })));
  },
};

function lacks({ hasHealthcheck, role = "", runsToEnd, service }: Container, { name }: Resource, scraped: ReadonlySet<string> | undefined): boolean {
  if (runsToEnd || hasHealthcheck !== undefined) return false;
  // It listens only while a challenge is open. That certificates don't run out has an alert of its own.
  if (role === "edge" && service === "acme") return false;
  // The demo's visitors: they ask, and nobody asks them.
  if (role === "demo") return false;
  // Their configuration isn't known yet, or there is no Prometheus in what is looked at.
  if (asked.includes(role) && (scraped === undefined || scraped.has(name))) return false;
  return true;
}

/** Hosts that Prometheus asks; undefined: not all of them are known here. */
function scrapedHosts(resources: readonly Resource[]): ReadonlySet<string> | undefined {
  const writers = resources.filter(({ props, type }) => type === configFiles && at(props, "labels", "stackbook.service") === "prometheus");
  if (writers.some(({ props }) => props["files"] === later)) return undefined;
  const config = resources.flatMap((resource) => textsOf(resource)).filter(({ text }) => (text.includes("scrape_configs:") || text.includes("static_configs:"))).map(({ text }) => text);
  if (config.length === 0) return undefined;
  return new Set(config.flatMap((text) => [...text.matchAll(/(?<![\w.-])([a-z][a-z0-9-]*):\d{2,5}(?!\d)/g)].map(([, host]) => host ?? "")));
}
