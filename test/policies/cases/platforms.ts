import { dockerContainer, type Resource } from "../../../policies/rule";
import { of } from "./types";

/** A backend as each platform is given it; every case changes one thing. */

const image = `registry.example.org/motel/backend:1.4.2@sha256:${"a".repeat(64)}`;
const jwt = "J8s".padEnd(64, "kQ2w");
const password = "x7Kq2mB9vTz4LpWn";

export const ownLabels = (role: string, system = "motel", service = role): Record<string, string> => ({ "stackbook.stack": "prod", "stackbook.system": system, "stackbook.role": role, "stackbook.service": service });

const pairs = (labels: Record<string, string>): { label: string; value: string }[] => Object.entries(labels).map(([label, value]) => ({ label, value }));

export const dockerProps = {
  image, user: "1000:1000", memory: 512, cpus: "0.50", readOnly: true, capabilities: { drops: ["ALL"] }, securityOpts: ["no-new-privileges:true"],
  healthcheck: { tests: ["CMD", "curl", "-f", "http://127.0.0.1/"] }, logOpts: { "max-size": "10m", "max-file": "5" },
  labels: pairs(ownLabels("app")), envs: [`JWT_SECRET=${jwt}`, `DATABASE_PASSWORD=${password}`, "CORS_ORIGIN=https://motel.example.org"],
  command: ["node", "server.js"],
};

export const docker = (change: object = {}, role = "app", system = "motel", service = role): Resource =>
  of(dockerContainer, { ...dockerProps, labels: pairs(ownLabels(role, system, service)), ...change }, `${system}-${service}`);

const podContainer = {
  name: "backend", image, resources: { limits: { memory: "512Mi", cpu: "500m" } },
  securityContext: { runAsUser: 1000, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
  readinessProbe: { httpGet: { path: "/health", port: 3000 } },
  env: [{ name: "JWT_SECRET", valueFrom: { secretKeyRef: { name: "motel", key: "jwt" } } }, { name: "CORS_ORIGIN", value: "https://motel.example.org" }],
};

/** @param change of the container @param pod of the pod's spec */
export const kubernetes = (change: object = {}, pod: object = {}, kind = "apps/v1:Deployment", role = "app"): Resource => {
  const template = { metadata: { labels: ownLabels(role) }, spec: { containers: [{ ...podContainer, ...change }], ...pod } };
  return of(`kubernetes:${kind}`, { metadata: { name: "motel-backend", labels: ownLabels(role) }, spec: kind.endsWith("CronJob") ? { jobTemplate: { spec: { template } } } : kind.endsWith("Pod") ? template.spec : { template } }, "motel-backend");
};

const ecsContainer = {
  name: "backend", image, user: "1000", memory: 512, cpu: 256, readonlyRootFilesystem: true,
  healthCheck: { command: ["CMD-SHELL", "curl -fsS http://127.0.0.1/health"] }, dockerLabels: ownLabels("app"),
  environment: [{ name: "CORS_ORIGIN", value: "https://motel.example.org" }], secrets: [{ name: "JWT_SECRET", valueFrom: "arn:aws:secretsmanager:eu-central-1:1:secret:jwt" }],
};

/** @param change of the container @param task of the task definition */
export const ecs = (change: object = {}, task: object = {}): Resource =>
  of("aws:ecs/taskDefinition:TaskDefinition", { family: "motel-backend", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], tags: ownLabels("app"), containerDefinitions: JSON.stringify([{ ...ecsContainer, ...change }]), ...task }, "motel-backend");

export const strongJwt = jwt;
export const strongPassword = password;
export { image as pinnedImage };
