import assert from "node:assert/strict";
import { build, find } from "../../program/build";
import { isSecret, recorded } from "../../program/mocks";
import { everySystem, hidden, ids, imageOf, meta, object, ofKind, specOf, stackFile, system, template } from "./stack";

const job = "pulumi-nodejs:dynamic/stackbook:Job";

describe("the program on Kubernetes", function () {
  // Each run of the program takes a second or two on an idle machine, and a busy one is no fault of it.
  this.timeout(120_000);

  describe("with all five systems", () => {
    let outputs: Record<string, unknown> = {};
    before(async () => {
      outputs = await build(everySystem);
    });

    const pods = () => [...ofKind("Deployment"), ...ofKind("StatefulSet")];

    it("asks for nothing of Docker", () => assert.deepEqual(recorded.filter(({ type }) => type.startsWith("docker:") || /:(Task|HealthGate|Attachment|Power)$/.test(type)).map(({ name }) => name), []));

    it("gives each system a namespace with the strictest Pod Security, protected like the claims in it", () => {
      assert.deepEqual(ofKind("Namespace").map((each) => meta(each).name).sort(), ["edge", ...ids].map((id) => `stackbook-dev-${id}`).sort());
      for (const each of ofKind("Namespace")) assert.equal(meta(each).labels["pod-security.kubernetes.io/enforce"], "restricted", each.name);
    });

    it("gives every pod what restricted asks: no root, no capability, no token, a read-only root, limits", () => {
      assert.ok(pods().length >= 5 * 3 + 1);
      for (const made of pods()) {
        const { spec } = template(made);
        const [container] = spec.containers;
        assert.equal(spec.automountServiceAccountToken, false, made.name);
        assert.equal(spec.securityContext["runAsNonRoot"], true, made.name);
        assert.ok(Number(spec.securityContext["runAsUser"]) > 0, made.name);
        assert.deepEqual(spec.securityContext["seccompProfile"], { type: "RuntimeDefault" }, made.name);
        assert.deepEqual(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } }, made.name);
        assert.ok(container.resources.limits["memory"] !== undefined && container.resources.requests["cpu"] !== undefined, made.name);
        assert.ok(container.startupProbe !== undefined && container.readinessProbe !== undefined && container.livenessProbe !== undefined, made.name);
        for (const volume of spec.volumes) {
          const kinds = Object.keys(volume).filter((key) => key !== "name");
          assert.ok(kinds.every((kind) => ["emptyDir", "persistentVolumeClaim", "projected"].includes(kind)), `${made.name}: ${kinds.join(", ")}`);
        }
      }
    });

    it("has no setting in a pod's own text, but in a Secret", () => {
      for (const made of pods()) for (const variable of template(made).spec.containers[0].env ?? []) assert.deepEqual(Object.keys(variable).sort(), ["name", "valueFrom"], made.name);
      const settings = hidden(object("Secret", "motel-backend-a-settings"));
      assert.match(settings["DATABASE_URL"] ?? "", /^postgresql:\/\/motel_user:.+@database:5432\/motel_manager$/);
      assert.match(settings["REDIS_URL"] ?? "", /@cache:6379$/);
    });

    it("names Secrets and ConfigMaps by their content", () => {
      for (const each of [...ofKind("Secret"), ...ofKind("ConfigMap")]) {
        assert.match(meta(each).name, /-[0-9a-f]{10}$/, each.name);
        assert.equal(each.inputs["immutable"], true, each.name);
      }
      assert.equal(template(object("Deployment", "motel-backend-a")).spec.containers[0].envFrom?.[0]?.secretRef.name, meta(object("Secret", "motel-backend-a-settings")).name);
    });

    it("asks each application's own health paths", () => {
      const [container] = template(object("Deployment", "motel-backend-a")).spec.containers;
      assert.equal(container.readinessProbe?.httpGet?.path, "/health/ready");
      assert.equal(container.livenessProbe?.httpGet?.path, "/health/live");
      assert.equal(template(object("Deployment", "fetms-backend-a")).spec.containers[0].livenessProbe?.httpGet?.path, "/api/health");
    });

    it("starts a new pod before an old one goes, and lets a node be emptied pod by pod", () => {
      for (const each of ofKind("Deployment")) assert.deepEqual(specOf<{ strategy: unknown }>(each).strategy, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }, each.name);
      assert.equal(ofKind("PodDisruptionBudget").length, ofKind("Deployment").length);
      for (const each of ofKind("PodDisruptionBudget")) assert.equal(specOf<{ maxUnavailable: number }>(each).maxUnavailable, 1, each.name);
    });

    it("scales FETMS by CPU and memory, with no number of replicas beside it", () => {
      assert.deepEqual(ofKind("HorizontalPodAutoscaler").map(({ name }) => name), ["fetms-backend-a-autoscaler"]);
      const { maxReplicas, metrics, minReplicas } = specOf<{ maxReplicas: number; minReplicas: number; metrics: { resource: { name: string; target: { averageUtilization: number } } }[] }>(object("HorizontalPodAutoscaler", "fetms-backend-a-autoscaler"));
      assert.deepEqual(metrics.map(({ resource }) => [resource.name, resource.target.averageUtilization]), [["cpu", 70], ["memory", 80]]);
      assert.deepEqual([minReplicas, maxReplicas], [1, 10]);
      assert.equal("replicas" in specOf<object>(object("Deployment", "fetms-backend-a")), false);
      assert.equal(specOf<{ replicas: number }>(object("Deployment", "mps-backend-a")).replicas, 2);
      // What it calls 70 % is of the request.
      const { limits, requests } = template(object("Deployment", "fetms-backend-a")).spec.containers[0].resources;
      assert.equal(requests["cpu"], limits["cpu"]);
    });

    it("spreads pods over nodes and zones, and keeps those of one disk together", () => {
      assert.equal((template(object("Deployment", "mps-frontend-a")).spec.topologySpreadConstraints as unknown[]).length, 2);
      assert.ok(template(object("Deployment", "fetms-backend-a")).spec.affinity !== undefined);
    });

    it("closes every namespace, and opens a store to those alone who bear its mark", () => {
      for (const id of ids) {
        assert.deepEqual(specOf<{ podSelector: object; ingress?: unknown }>(object("NetworkPolicy", `${id}-closed-policy`)), { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [{ ports: [{ protocol: "UDP", port: 53 }, { protocol: "TCP", port: 53 }] }] }, id);
        const { ingress } = specOf<{ ingress: { from: { podSelector: { matchLabels: object } }[]; ports: { port: number }[] }[] }>(object("NetworkPolicy", `${id}-database-policy`));
        assert.deepEqual(ingress[0]?.from.map(({ podSelector }) => podSelector.matchLabels), [{ "stackbook.reaches-database": "yes" }], id);
        const allowed = pods().filter((made) => template(made).metadata.labels["stackbook.system"] === id && template(made).metadata.labels["stackbook.reaches-database"] === "yes");
        assert.deepEqual(allowed.map(({ name }) => name), [`${id}-backend-a`], id);
      }
      assert.equal(specOf<{ ingress: { ports: { port: number }[] }[] }>(object("NetworkPolicy", "fetms-database-policy")).ingress[0]?.ports[0]?.port, 27017);
    });

    it("keeps data on claims of the catalogue's size, mounted by one server", () => {
      const claims = ofKind("PersistentVolumeClaim");
      assert.deepEqual(claims.filter((each) => meta(each).namespace === "stackbook-dev-fetms").map((each) => meta(each).name).sort(), ["backups-local", "cache", "database", "uploads"]);
      assert.deepEqual(specOf<{ resources: unknown; accessModes: string[] }>(object("PersistentVolumeClaim", "fetms-database")), { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } });
      for (const id of ids) assert.equal(specOf<{ replicas: number }>(object("StatefulSet", `${id}-database`)).replicas, 1);
    });

    it("gives stores their passwords one by one from a Secret, which whoever judges them sees", () => {
      for (const id of ids) {
        const [{ env, envFrom }] = template(object("StatefulSet", `${id}-database`)).spec.containers;
        const names = Object.keys(hidden(object("Secret", `${id}-database-settings`))).sort();
        assert.ok(names.some((name) => name.includes("PASSWORD")), names.join(", "));
        assert.deepEqual(env, names.map((name) => ({ name, valueFrom: { secretKeyRef: { name: meta(object("Secret", `${id}-database-settings`)).name, key: name } } })));
        assert.equal(envFrom, undefined);
      }
    });

    it("makes roles and migrates by Jobs whose passwords are secret", () => {
      for (const name of ["motel-database-role", "motel-migration-a"]) {
        const { inputs } = find(job, name);
        assert.ok(isSecret(inputs["env"]), name);
        assert.equal((inputs["labels"] as Record<string, string>)["stackbook.reaches-database"], "yes", name);
      }
      assert.equal((find(job, "motel-database-role").inputs["labels"] as Record<string, string>)["stackbook.reaches-web"], undefined);
      assert.deepEqual(find(job, "motel-migration-a").inputs["command"], ["npx", "prisma", "migrate", "deploy"]);
      assert.equal(find(job, "motel-migration-a").inputs["image"], imageOf("motel", "backend", "1.0.0"));
    });

    it("writes the edge the same text as on Docker, with Services for servers", () => {
      const data = object("ConfigMap", "edge-config").inputs["data"] as Record<string, string>;
      const text = data["haproxy.cfg"] ?? "";
      assert.match(text, /^ {4}server a-0 backend-a\.stackbook-dev-motel\.svc\.cluster\.local:3001 weight 100 /m);
      assert.match(text, /^resolvers names\n {4}parse-resolv-conf$/m);
      assert.match(text, /bind :8443 ssl crt \/etc\/stackbook-edge\/certs /);
      assert.ok(Object.keys(data).every((key) => /^[A-Za-z0-9._-]+$/.test(key)), Object.keys(data).join(", "));
      const keys = hidden(object("Secret", "edge-keys"));
      assert.equal(keys["certs_stackbook.pem"], "CERT\nKEY\n");
    });

    it("opens nothing to the net but the edge's two ports", () => {
      const services = ofKind("Service").map((each) => ({ name: each.name, ...specOf<{ type: string; ports: { port: number }[]; externalTrafficPolicy?: string }>(each) }));
      assert.deepEqual(services.filter(({ type }) => type !== "ClusterIP").map(({ name, ports }) => [name, ports.map(({ port }) => port)]), [["edge-service", [8080, 8443]]]);
      assert.equal(services.find(({ name }) => name === "edge-service")?.externalTrafficPolicy, "Local");
    });

    it("tells what Docker tells", () => {
      const { platform, systems } = outputs as { platform: string; systems: Record<string, { url: string; services: Record<string, unknown> }> };
      assert.equal(platform, "kubernetes");
      assert.equal(systems["motel"]?.url, "https://motel.localhost:8443");
      assert.deepEqual(systems["motel"]?.services["backend"], { containers: ["backend-a.stackbook-dev-motel.svc.cluster.local"] });
    });
  });

  it("rolls another version in place: same Deployment and Service, and the edge is not touched", async () => {
    await build(stackFile({ motel: system("motel") }));
    const before = { config: meta(object("ConfigMap", "edge-config")).name, service: meta(object("Service", "motel-backend-a-service")) };
    await build(stackFile({ motel: system("motel", { version: "1.1.0" }) }));
    assert.equal(template(object("Deployment", "motel-backend-a")).spec.containers[0].image, imageOf("motel", "backend", "1.1.0"));
    assert.equal(meta(object("ConfigMap", "edge-config")).name, before.config);
    assert.deepEqual(meta(object("Service", "motel-backend-a-service")), before.service);
  });

  it("weighs two versions by their Services", async () => {
    const images = { backend: { image: imageOf("motel", "backend", "2.0.0") }, frontend: { image: imageOf("motel", "frontend", "2.0.0") } };
    await build(stackFile({ motel: system("motel", { more: { beside: { version: "2.0.0", percent: 20, services: images } } }) }));
    const text = (object("ConfigMap", "edge-config").inputs["data"] as Record<string, string>)["haproxy.cfg"] ?? "";
    assert.match(text, /server a-0 backend-a\.stackbook-dev-motel\.svc\.cluster\.local:3001 weight 4 /);
    assert.match(text, /server b-0 backend-b\.stackbook-dev-motel\.svc\.cluster\.local:3001 weight 1 /);
    assert.equal(template(object("Deployment", "motel-backend-b")).spec.containers[0].image, imageOf("motel", "backend", "2.0.0"));
  });

  it("exchanges logins, then ends the earlier ones", async () => {
    await build(stackFile({ motel: system("motel", { more: { rotations: { databasePassword: 1, cachePassword: 1 } } }) }));
    for (const name of ["motel-cache-password", "motel-database-login-retired", "motel-cache-retired"]) find(job, name);
    assert.equal(template(object("Deployment", "motel-backend-a")).metadata.labels["stackbook.logins"], "database-1.cache-1");
  });

  it("goes where the stack file says", async () => {
    await build(stackFile({ motel: system("motel") }, { kubernetes: { namespacePrefix: "web", storageClass: "fast", clusterDomain: "c.example", edge: { replicas: 3, annotations: { "example.org/kind": "nlb" } } }, tags: { team: "web" } }));
    assert.deepEqual(ofKind("Namespace").map((each) => meta(each).name).sort(), ["web-edge", "web-motel"]);
    assert.equal(specOf<{ storageClassName: string }>(object("PersistentVolumeClaim", "motel-database")).storageClassName, "fast");
    assert.equal(specOf<{ replicas: number }>(object("Deployment", "edge")).replicas, 3);
    assert.deepEqual(meta(object("Service", "edge-service")).annotations, { "example.org/kind": "nlb", "stackbook.dev/tags": '{"team":"web"}' });
    assert.match((object("ConfigMap", "edge-config").inputs["data"] as Record<string, string>)["haproxy.cfg"] ?? "", /backend-a\.web-motel\.svc\.c\.example:3001/);
  });

  it("has nodes log in to registries by one secret for each namespace, which rolls nobody when it changes", async () => {
    const login = (word: string): string => JSON.stringify({ auths: { "registry.example.org": { auth: word } } });
    await build(stackFile({ motel: system("motel") }), "dev", "", { "registry:pullSecret": login("b25l") });
    const pods = template(object("Deployment", "motel-backend-a"));
    assert.deepEqual(ofKind("Secret").filter(({ inputs }) => inputs["type"] === "kubernetes.io/dockerconfigjson").map((each) => [meta(each).namespace, meta(each).name]).sort(), [["stackbook-dev-edge", "registry"], ["stackbook-dev-motel", "registry"]]);
    assert.equal(hidden(object("Secret", "motel-registry"))[".dockerconfigjson"], login("b25l"));
    for (const account of ofKind("ServiceAccount")) assert.deepEqual(account.inputs["imagePullSecrets"], [{ name: "registry" }], account.name);
    await build(stackFile({ motel: system("motel") }), "dev", "", { "registry:pullSecret": login("dHdv") });
    assert.deepEqual(template(object("Deployment", "motel-backend-a")), pods);
  });
});
