import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { parseNetwork, overlaps } from "../../../../config/addresses";
import { build } from "../../program/build";
import { isSecret, recorded, type Recorded } from "../../program/mocks";
import { container, everySystem, hidden, ids, ofType, registry, resource, stackFile, system } from "./stack";

const service = "ecs/service:Service";
const definition = "ecs/taskDefinition:TaskDefinition";
const ingress = "vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egress = "vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const dynamic = (kind: string): Recorded[] => recorded.filter(({ type }) => type === `pulumi-nodejs:dynamic/stackbook:${kind}`);
const names = (found: readonly Recorded[]): string[] => found.map(({ name }) => name).sort();

describe("the program on AWS", function () {
  // Each run of the program takes seconds, and a busy machine is no fault of it.
  this.timeout(240_000);

  describe("with all five systems", () => {
    let outputs: Record<string, unknown> = {};
    before(async () => {
      outputs = await build(everySystem);
    });

    it("asks for nothing of Docker", () => assert.deepEqual(names(recorded.filter(({ type }) => /^(docker|kubernetes):/.test(type) || /:(Task|HealthGate|Attachment|Power|Job)$/.test(type))), []));

    it("has a network of three tiers in two zones, none of which overlap", () => {
      const subnets = ofType("ec2/subnet:Subnet");
      assert.deepEqual(names(subnets), ["isolated-a", "isolated-b", "private-a", "private-b", "public-a", "public-b"]);
      const networks = subnets.map(({ inputs }) => parseNetwork(String(inputs["cidrBlock"])));
      for (const [at, one] of networks.entries()) assert.ok(!networks.some((other, i) => i !== at && overlaps(one, other)));
      for (const { inputs } of subnets) assert.equal(inputs["mapPublicIpOnLaunch"], false);
    });

    it("leads nobody out but the balancer, and AWS's own services in without", () => {
      assert.deepEqual(ofType("ec2/route:Route").map(({ inputs, name }) => [name, inputs["destinationCidrBlock"]]), [["public-out", "0.0.0.0/0"]]);
      assert.deepEqual(ofType("ec2/natGateway:NatGateway"), []);
      assert.deepEqual(ofType("ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => String(inputs["serviceName"]).replace("com.amazonaws.eu-central-1.", "")).sort(), ["ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager"]);
    });

    it("opens nothing to the net but 80 and 443 of the balancer", () => {
      const open = ofType(ingress).filter(({ inputs }) => inputs["cidrIpv4"] !== undefined || inputs["cidrIpv6"] !== undefined);
      assert.deepEqual(open.map(({ inputs }) => [inputs["securityGroupId"], inputs["fromPort"], inputs["toPort"]]), [["stack-balancer-group-id", 80, 80], ["stack-balancer-group-id", 443, 443]]);
      assert.deepEqual(ofType(egress).filter(({ inputs }) => inputs["cidrIpv4"] !== undefined), []);
    });

    it("lets into a store who is in its own system's group for it, and nobody else", () => {
      for (const [place, port] of [["database", undefined], ["cache", 6379], ["folders", 2049]] as const) {
        for (const { inputs } of ofType(ingress).filter(({ inputs: { securityGroupId } }) => String(securityGroupId).endsWith(`-${place}-group-id`) && !String(securityGroupId).includes("-to-"))) {
          assert.equal(inputs["referencedSecurityGroupId"], String(inputs["securityGroupId"]).replace(`-${place}-`, `-to-${place}-`));
          assert.equal(inputs["fromPort"], inputs["toPort"]);
          if (port !== undefined) assert.equal(inputs["fromPort"], port);
        }
      }
      const groups = (task: string): string[] => (resource(service, task).inputs["networkConfiguration"] as { readonly securityGroups: string[] }).securityGroups;
      assert.deepEqual(groups("motel-frontend-a"), ["stack-tasks-group-id", "motel-web-group-id"]);
      assert.deepEqual(groups("fetms-backend-a"), ["stack-tasks-group-id", "fetms-web-group-id", "fetms-to-database-group-id", "fetms-to-cache-group-id", "fetms-to-folders-group-id"], "five, AWS's limit");
    });

    it("runs no container as root, with a capability, a writable root, or without limits", () => {
      const tasks = ofType(definition);
      assert.equal(tasks.length, 5 * 2 + 5 + 2 + 1);
      for (const task of tasks) {
        const each = container(task);
        assert.match(each.user, /^[1-9]\d*:[1-9]\d*$/, task.name);
        assert.equal(each.readonlyRootFilesystem, true, task.name);
        assert.deepEqual(each.linuxParameters.capabilities.drop, ["ALL"], task.name);
        assert.ok(each.memory > 0 && each.cpu > 0 && each.memory <= Number(task.inputs["memory"]) && each.cpu <= Number(task.inputs["cpu"]), task.name);
        assert.equal(task.inputs["networkMode"], "awsvpc", task.name);
      }
    });

    it("asks each service for its health at the path of its runbook", () => {
      assert.match(container(resource(definition, "motel-backend-a")).healthCheck?.command.join(" ") ?? "", /127\.0\.0\.1:3001\/health\/ready/);
      for (const { inputs, name } of ofType(service)) {
        assert.ok(container(resource(definition, name)).healthCheck !== undefined, name);
        assert.deepEqual([inputs["deploymentMinimumHealthyPercent"], inputs["deploymentCircuitBreaker"]], [100, { enable: true, rollback: true }], name);
        assert.equal((inputs["networkConfiguration"] as { assignPublicIp: boolean }).assignPublicIp, false, name);
      }
    });

    it("looks after each service's rollout", () => {
      assert.deepEqual(names(dynamic("Rollout")), ofType(service).map(({ name }) => `${name}-rollout`).sort());
      for (const { inputs, name } of dynamic("Rollout")) assert.ok(String(inputs["taskDefinition"]).endsWith(`:task-definition/stackbook-dev-${name.replace(/-rollout$/, "")}:1`), name);
    });

    it("gives secrets by Secrets Manager, each by the version that its task was made with", () => {
      const { environment, secrets } = container(resource(definition, "motel-backend-a"));
      for (const name of ["DATABASE_URL", "JWT_SECRET", "REDIS_URL"]) {
        assert.ok(!environment.some((each) => each.name === name), name);
        assert.match(secrets.find((each) => each.name === name)?.valueFrom ?? "", new RegExp(`^arn:aws:secretsmanager:.*/motel-backend-a-settings:${name}::11111111-2222-3333-4444-555555555555$`));
      }
      const values = hidden("motel-backend-a-settings");
      assert.match(values["DATABASE_URL"] ?? "", /^postgresql:\/\/motel_user:.*@stackbook-dev-motel-database\.rds\.amazonaws\.com:5432\/motel_manager\?sslmode=require$/);
      assert.match(values["REDIS_URL"] ?? "", /^rediss:\/\/:.*@master\.stackbook-dev-motel-cache\.cache\.amazonaws\.com:6379$/);
      assert.match(hidden("mps-backend-a-settings")["MONGODB_URI"] ?? "", /^mongodb:\/\/mps_user:.*docdb\.amazonaws\.com:27017\/mps_db\?authSource=mps_db&tls=true&.*retryWrites=false$/);
    });

    it("lets who starts a task read its own secret, write its own log and pull its own image, and nothing else", () => {
      const policy = resource("iam/rolePolicy:RolePolicy", "motel-backend-a-execution").inputs["policy"];
      const { Statement } = JSON.parse(String(policy)) as { readonly Statement: readonly { readonly Action: string[]; readonly Resource: string[] }[] };
      assert.deepEqual(Statement.flatMap(({ Resource }) => Resource), [
        "arn:aws:cloudwatch:eu-central-1:123456789012:logGroup/motel-backend-log:*",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret/motel-backend-a-settings",
        "*",
        "arn:aws:ecr:eu-central-1:123456789012:repository/motel/backend",
      ]);
      assert.deepEqual(Statement.find(({ Resource }) => Resource.includes("*"))?.Action, ["ecr:GetAuthorizationToken"]);
      assert.deepEqual(names(ofType("iam/rolePolicy:RolePolicy")).filter((name) => name.endsWith("-task")), ["fetms-backend-a-task", "fetms-migration-a-task", "mps-backend-a-task", "sms-backend-a-task"], "what mounts folders");
    });

    it("runs PostgreSQL encrypted, forced to TLS, inside, and back to any moment", () => {
      assert.deepEqual(names(ofType("rds/instance:Instance")), ["memo-database", "motel-database", "sms-database"]);
      for (const { inputs, name } of ofType("rds/instance:Instance")) {
        assert.deepEqual([inputs["storageEncrypted"], inputs["publiclyAccessible"], inputs["deletionProtection"], inputs["skipFinalSnapshot"], inputs["performanceInsightsEnabled"], inputs["engineVersion"]], [true, false, true, false, true, "16"], name);
        assert.ok(Number(inputs["backupRetentionPeriod"]) > 0 && isSecret(inputs["password"]), name);
        const { parameters } = resource("rds/parameterGroup:ParameterGroup", name).inputs as { readonly parameters: readonly { readonly name: string; readonly value: string }[] };
        assert.deepEqual(parameters.find((each) => each.name === "rds.force_ssl")?.value, "1", name);
      }
    });

    it("runs DocumentDB and Redis encrypted on disk and on the way, behind a password", () => {
      assert.deepEqual(names(ofType("docdb/cluster:Cluster")), ["fetms-database", "mps-database"]);
      for (const { inputs, name } of ofType("docdb/cluster:Cluster")) assert.deepEqual([inputs["storageEncrypted"], inputs["deletionProtection"], isSecret(inputs["masterPassword"])], [true, true, true], name);
      for (const { inputs, name } of ofType("docdb/clusterParameterGroup:ClusterParameterGroup")) assert.deepEqual((inputs["parameters"] as object[])[0], { name: "tls", value: "enabled" }, name);
      assert.deepEqual(names(ofType("elasticache/replicationGroup:ReplicationGroup")), ["fetms-cache", "memo-cache", "motel-cache", "mps-cache"]);
      for (const { inputs, name } of ofType("elasticache/replicationGroup:ReplicationGroup")) assert.deepEqual([inputs["atRestEncryptionEnabled"], inputs["transitEncryptionEnabled"], isSecret(inputs["authToken"]), Number(inputs["snapshotRetentionLimit"]) > 0], [true, true, true, true], name);
    });

    it("keeps folders in encrypted file systems, entered by one access point", () => {
      assert.deepEqual(names(ofType("efs/fileSystem:FileSystem")), ["fetms-folders", "mps-folders", "sms-folders"]);
      for (const { inputs, name } of ofType("efs/fileSystem:FileSystem")) assert.equal(inputs["encrypted"], true, name);
      const { volumes } = resource(definition, "fetms-backend-a").inputs as { readonly volumes: readonly { readonly efsVolumeConfiguration: object }[] };
      assert.deepEqual(volumes.map(({ efsVolumeConfiguration }) => efsVolumeConfiguration), [{ fileSystemId: "fetms-folders-id", transitEncryption: "ENABLED", authorizationConfig: { accessPointId: "fetms-uploads-id", iam: "ENABLED" } }]);
      assert.deepEqual(container(resource(definition, "fetms-backend-a")).mountPoints.map(({ containerPath, readOnly }) => [containerPath, readOnly]), [["/app/uploads", false]]);
    });

    it("scales FETMS's backend by its runbook's numbers, and says in no update how many there are", () => {
      assert.deepEqual(ofType("appautoscaling/target:Target").map(({ inputs, name }) => [name, inputs["minCapacity"], inputs["maxCapacity"]]), [["fetms-backend-a-scale", 1, 8]]);
      const targets = ofType("appautoscaling/policy:Policy").map(({ inputs }) => inputs["targetTrackingScalingPolicyConfiguration"] as { readonly targetValue: number; readonly predefinedMetricSpecification: { readonly predefinedMetricType: string } });
      assert.deepEqual(targets.map(({ predefinedMetricSpecification, targetValue }) => [predefinedMetricSpecification.predefinedMetricType, targetValue]), [["ECSServiceAverageCPUUtilization", 70], ["ECSServiceAverageMemoryUtilization", 80]]);
    });

    it("ends TLS 1.2 and newer at the balancer, leads HTTP to HTTPS, and counts visitors of each system", () => {
      assert.equal(resource("lb/listener:Listener", "https").inputs["sslPolicy"], "ELBSecurityPolicy-TLS13-1-2-2021-06");
      assert.deepEqual(resource("lb/listener:Listener", "http").inputs["defaultActions"], [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }]);
      const { accessLogs, enableDeletionProtection, internal } = resource("lb/loadBalancer:LoadBalancer", "balancer").inputs as { readonly accessLogs: { readonly enabled: boolean }; readonly enableDeletionProtection: boolean; readonly internal: boolean };
      assert.deepEqual([accessLogs.enabled, enableDeletionProtection, internal], [true, true, false]);
      const { rules } = resource("wafv2/webAcl:WebAcl", "wall").inputs as { readonly rules: readonly { readonly name: string; readonly statement: { readonly rateBasedStatement: { readonly limit: number; readonly evaluationWindowSec: number; readonly scopeDownStatement: { readonly byteMatchStatement: { readonly searchString: string } } } } }[] };
      assert.deepEqual(rules.map(({ name, statement: { rateBasedStatement: { evaluationWindowSec, limit, scopeDownStatement } } }) => [name, limit, evaluationWindowSec, scopeDownStatement.byteMatchStatement.searchString]), ids.map((id) => [`rate-${id}`, 1200, 60, `${id}.example.org`]));
    });

    it("asks for one certificate for all names, confirmed in the zone, and leads the names to the balancer", () => {
      const { domainName, subjectAlternativeNames } = resource("acm/certificate:Certificate", "certificate").inputs;
      assert.deepEqual([domainName, ...(subjectAlternativeNames as string[])], ids.map((id) => `${id}.example.org`));
      assert.deepEqual(names(ofType("route53/record:Record")), [...ids.map((_, at) => `certificate-${at}`), ...ids.map((id) => `name-${id}.example.org`)].sort());
      assert.equal(outputs["caCertificate"], undefined, "what is behind the balancer is nobody's to trust");
    });

    it("puts the edge's text, its certificate and its key into one secret, and takes addresses from the balancer", () => {
      const packed = hidden("edge-settings")["EDGE_FILES"] ?? "";
      assert.ok(packed.length < 30_000, `${packed.length} of 60,000`);
      const script = gunzipSync(Buffer.from(packed, "base64")).toString("utf8");
      assert.match(script, /^cat >'haproxy\.cfg'/m);
      assert.match(script, /^cat >'certs\/stackbook\.pem'/m);
      assert.match(script, /http-request set-src req\.hdr_ip\(x-forwarded-for,-1\)/);
      assert.match(script, /server a-1 backend-a\.mps\.stackbook-dev\.internal:3002/);
      assert.equal([...script.matchAll(/^ {4}server a-\d backend-a\.fetms\.\S+ weight \d+ maxconn 256 /gm)].length, 8, "as many as it may ever be scaled to");
      assert.ok(!JSON.stringify(resource(definition, "edge").inputs).includes(packed));
    });

    it("makes roles and migrates before the rollout that needs it", () => {
      assert.deepEqual(names(dynamic("EcsTask")), [...ids.map((id) => `${id}-database-role-run`), "fetms-migration-a-run", "motel-migration-a-run"].sort());
      const roles = container(resource(definition, "motel-database-role"));
      assert.equal(roles.image.replace(/:.*/, ""), `${registry}/docker-hub/library/postgres`);
      assert.ok(roles.environment.some(({ name, value }) => name === "PGSSLMODE" && value === "require"));
      assert.deepEqual(roles.secrets.map(({ name }) => name).sort(), ["ADMIN_PASSWORD", "DATABASE_HOST", "ROLE_PASSWORD"]);
    });

    it("keeps logs as the table says", () => {
      assert.deepEqual([resource("cloudwatch/logGroup:LogGroup", "motel-backend-log").inputs["retentionInDays"], resource("cloudwatch/logGroup:LogGroup", "motel-database-role-log").inputs["retentionInDays"]], [90, 30]);
      assert.equal(container(resource(definition, "motel-backend-a")).logConfiguration.options["awslogs-group"], "/stackbook/dev/motel/backend");
    });

    it("tags everything that takes tags, with the stack's own as well", () => {
      const untagged = recorded.filter(({ inputs, type }) => /^aws:(ec2\/(vpc|subnet|securityGroup|vpcEndpoint|routeTable)|ecs|rds|docdb|elasticache|efs\/(fileSystem|accessPoint)|lb|s3\/bucket|secretsmanager\/secret|iam\/role|cloudwatch|servicediscovery|wafv2\/webAcl):/.test(type) && (inputs["tags"] as Record<string, string> | undefined)?.["stackbook.stack"] !== "dev");
      assert.deepEqual(names(untagged), []);
      assert.equal((resource(service, "motel-backend-a").inputs["tags"] as Record<string, string>)["team"], "web");
    });
  });

  it("gives databases a standby, and each zone its own way out, where asked for", async () => {
    await build(stackFile({ mps: system("mps"), motel: system("motel") }, { multiAz: true, nat: "perZone", zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"], classes: { postgres: "db.m7g.large" } }));
    assert.deepEqual([resource("rds/instance:Instance", "motel-database").inputs["multiAz"], resource("rds/instance:Instance", "motel-database").inputs["instanceClass"]], [true, "db.m7g.large"]);
    assert.deepEqual(names(ofType("docdb/clusterInstance:ClusterInstance")), ["mps-database-0", "mps-database-1"]);
    assert.deepEqual([resource("elasticache/replicationGroup:ReplicationGroup", "motel-cache").inputs["numCacheClusters"], resource("elasticache/replicationGroup:ReplicationGroup", "motel-cache").inputs["automaticFailoverEnabled"]], [2, true]);
    assert.equal(ofType("ec2/natGateway:NatGateway").length, 3);
    assert.deepEqual(ofType("ec2/route:Route").map(({ inputs }) => inputs["natGatewayId"]).filter((id) => id !== undefined), ["nat-0-id", "nat-1-id", "nat-2-id"]);
  });

  it("keeps what holds a system's data while it is switched off, and runs nothing of it", async () => {
    await build(stackFile({ motel: system("motel"), fetms: system("fetms", { enabled: false }) }));
    assert.deepEqual(names(ofType("docdb/cluster:Cluster")), ["fetms-database"]);
    assert.deepEqual(names(ofType("efs/fileSystem:FileSystem")), ["fetms-folders"]);
    assert.deepEqual(names(ofType(service)), ["edge", "motel-backend-a", "motel-frontend-a"]);
  });

  it("runs two versions side by side, under names of their own, shared out by the edge", async () => {
    const beside = { version: "1.1.0", percent: 10, services: Object.fromEntries(["backend", "frontend"].map((each) => [each, { image: `${registry}/motel/${each}:1.1.0@sha256:${"b".repeat(64)}` }])) };
    await build(stackFile({ motel: system("motel", { beside }) }));
    assert.deepEqual(names(ofType("servicediscovery/service:Service")), ["edge-name", "motel-backend-a-name", "motel-backend-b-name", "motel-frontend-a-name", "motel-frontend-b-name"]);
    const script = gunzipSync(Buffer.from(hidden("edge-settings")["EDGE_FILES"] ?? "", "base64")).toString("utf8");
    assert.match(script, /server a-0 backend-a\.motel\.\S+ weight 9 /);
    assert.match(script, /server b-0 backend-b\.motel\.\S+ weight 1 /);
  });

  it("ends logins that were exchanged, when what held them is gone", async () => {
    await build(stackFile({ motel: system("motel", { rotations: { databasePassword: 1 } }) }));
    assert.deepEqual(names(dynamic("EcsTask")), ["motel-database-login-retired-run", "motel-database-role-run", "motel-migration-a-run"]);
    assert.match(hidden("motel-backend-a-settings")["DATABASE_URL"] ?? "", /\/\/motel_user_b:/);
  });
});
