import { configFiles, dockerTask, later } from "../../../policies/rule";
import { docker, kubernetes, ownLabels } from "./platforms";
import { of, type Case } from "./types";

/** As components/edge renders it, less what no rule looks at. */
const haproxy = [
  "global", "    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
  "frontend http from web", "    bind :8080", "    http-request redirect location https://%[var(txn.host)]%[pathq] code 301 if METH_GET",
  "frontend https from web", "    bind :8443 ssl crt /certs alpn h2,http/1.1", "    http-request set-var(txn.system) str(motel) if { var(txn.host) -m str motel.example.org }",
  "    http-request track-sc0 src,ipmask(32,64) table rate_motel if { var(txn.system) -m str motel }",
  "    http-request set-var(txn.refuse) str(tooManyRequests) if { var(txn.system) -m str motel } { sc_http_req_rate(0,rate_motel) gt 600 }",
  '    http-after-response set-header Strict-Transport-Security "max-age=31536000"',
  "frontend admin", "    bind :8404", "    http-request return status 200 if { path /healthz }",
  "backend rate_motel from quiet", "    stick-table type ipv6 size 100k expire 2m store http_req_rate(60s)",
].join("\n");

const edge = (change: (text: string) => string = (text) => text) => of(dockerTask, { env: [`HAPROXY_CFG=${change(haproxy)}`], command: [], labels: ownLabels("task", "stack", "edge-routes") }, "edge-routes");
const map = (change: (text: string) => string = (text) => text) => of("kubernetes:core/v1:ConfigMap", { data: { "haproxy.cfg": change(haproxy) } }, "edge");
const less = (part: string) => (text: string) => text.split("\n").filter((line) => !line.includes(part)).join("\n");
const listener = (props: object) => of("aws:lb/listener:Listener", { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06", ...props });
const ingress = (spec: object, annotations: object = {}) => of("kubernetes:networking.k8s.io/v1:Ingress", { metadata: { annotations }, spec });

export const edgeRules: readonly Case[] = [
  {
    rule: "tls-version",
    good: [[edge()], [map()], [listener({})], [listener({ sslPolicy: later })], [ingress({ tls: [{ secretName: "x" }] })], [of(dockerTask, { env: later, labels: {} })]],
    bad: [
      ["refuses TLS 1.0", [edge((text) => text.replace("TLSv1.2", "TLSv1.0"))], /ssl-min-ver TLSv1\.0.*write ssl-min-ver TLSv1\.2/],
      ["refuses an edge that doesn't say", [edge(less("ssl-default-bind-options"))], /no least version of TLS/],
      ["refuses a port that allows more", [edge((text) => text.replace("alpn h2,http/1.1", "ssl-min-ver TLSv1.1"))], /TLSv1\.1/],
      ["refuses it in a ConfigMap", [map((text) => text.replace("TLSv1.2", "TLSv1.1"))], /TLSv1\.1/],
      ["refuses an old policy of a listener", [listener({ sslPolicy: "ELBSecurityPolicy-2016-08" })], /ELBSecurityPolicy-2016-08/],
      ["refuses a listener that doesn't say", [listener({ sslPolicy: undefined })], /not set/],
      ["refuses an old distribution", [of("aws:cloudfront/distribution:Distribution", { viewerCertificate: { minimumProtocolVersion: "TLSv1" } })], /TLSv1\.2_2021/],
      ["refuses an Ingress without certificate", [ingress({})], /spec\.tls is empty/],
      ["refuses an Ingress with old versions", [ingress({ tls: [{}] }, { "nginx.ingress.kubernetes.io/ssl-protocols": "TLSv1.1 TLSv1.2" })], /leave versions before TLS 1\.2 out/],
    ],
  },
  {
    rule: "https-redirect",
    good: [[edge()], [map()], [listener({ protocol: "HTTP", defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS" } }] })], [ingress({})]],
    bad: [
      ["refuses plain answers", [edge(less("redirect location"))], /answers plain HTTP; write http-request redirect/],
      ["refuses an edge without TLS", [edge((text) => text.replace(" ssl crt /certs", ""))], /without TLS only/],
      ["refuses a listener that forwards", [listener({ protocol: "HTTP", port: 80, defaultActions: [{ type: "forward" }] })], /port 80 answers plain HTTP/],
      ["refuses a distribution that allows all", [of("aws:cloudfront/distribution:Distribution", { defaultCacheBehavior: { viewerProtocolPolicy: "allow-all" } })], /redirect-to-https/],
      ["refuses an Ingress that says no", [ingress({}, { "nginx.ingress.kubernetes.io/ssl-redirect": "false" })], /ssl-redirect is "false"/],
    ],
  },
  {
    rule: "hsts",
    good: [[edge()], [map()]],
    bad: [
      ["refuses an edge without", [edge(less("Strict-Transport"))], /sends no Strict-Transport-Security/],
      ["refuses a short one", [edge((text) => text.replace("31536000", "300"))], /max-age=300/],
      ["refuses a distribution without", [of("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", {})], /accessControlMaxAgeSec/],
    ],
  },
  {
    rule: "cors-named",
    good: [[edge()], [docker()], [kubernetes()]],
    bad: [
      ["refuses an edge that allows all", [edge((text) => `${text}\n    http-response set-header Access-Control-Allow-Origin "*"`)], /allows every origin/],
      ["refuses an application that does", [docker({ envs: ["CORS_ORIGIN=*"] })], /^CORS_ORIGIN is "\*"; name the origins/],
      ["refuses one among others", [kubernetes({ env: [{ name: "ALLOWED_ORIGINS", value: "https://a.example.org, *" }] })], /ALLOWED_ORIGINS is "\*"/],
      ["refuses a bucket that does", [of("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", { corsRules: [{ allowedOrigins: ["*"] }] })], /corsRules\.allowedOrigins has "\*"/],
      ["refuses an API that does", [of("aws:apigatewayv2/api:Api", { corsConfiguration: { allowOrigins: ["*"] } })], /corsConfiguration/],
      ["refuses an Ingress that does", [ingress({}, { "nginx.ingress.kubernetes.io/cors-allow-origin": "*" })], /cors-allow-origin is "\*"/],
    ],
  },
  {
    rule: "rate-limit",
    good: [[edge()], [map()], [of("aws:lb/loadBalancer:LoadBalancer", {}), of("aws:wafv2/webAcl:WebAcl", { rules: [{ statement: { rateBasedStatement: { limit: 1000 } } }] }), of("aws:wafv2/webAclAssociation:WebAclAssociation", {})], [of("aws:lb/loadBalancer:LoadBalancer", { internal: true })]],
    bad: [
      ["refuses a system that isn't counted", [edge(less("track-sc0"))], /^visitors of motel are not limited; count them by track-sc0/],
      ["refuses a system that isn't held back", [edge(less("sc_http_req_rate"))], /not limited/],
      ["refuses a load balancer without web ACL", [of("aws:lb/loadBalancer:LoadBalancer", {})], /rateBasedStatement/],
      ["refuses a web ACL that doesn't count", [of("aws:lb/loadBalancer:LoadBalancer", {}), of("aws:wafv2/webAcl:WebAcl", { rules: [] }), of("aws:wafv2/webAclAssociation:WebAclAssociation", {})], /not limited/],
    ],
  },
];

const rulesFile = (...systems: string[]) => of(configFiles, { labels: { "stackbook.service": "prometheus" }, files: Object.fromEntries(systems.map((system) => [`rules/${system}.yml`, `groups:\n  - name: ${system}\n    rules:\n      - alert: Down\n        labels:\n          system: ${system}\n`])) }, "prometheus-config");
const alertmanager = (receivers: readonly object[], routes: readonly object[] = [{ receiver: "page", matchers: ['severity="page"'] }]) =>
  of(configFiles, { files: { "alertmanager.yml": `# Written by the stack's update.\n${JSON.stringify({ route: { receiver: "nobody", routes }, receivers })}` } }, "alertmanager-config");
const page = { name: "page", email_configs: [{ to: "ops@example.org" }] };
const loki = (hours: number, enabled = true) => of(configFiles, { files: { "loki.yaml": `compactor:\n  retention_enabled: ${enabled}\nlimits_config:\n  retention_stream:\n    - selector: '{stream="application"}'\n      priority: 1\n      period: ${hours}h\n` } }, "loki-config");
const logGroup = (props: Readonly<Record<string, unknown>>) => of("aws:cloudwatch/logGroup:LogGroup", props);

export const watchRules: readonly Case[] = [
  {
    rule: "alerts-present",
    good: [[docker(), rulesFile("motel")], [of("aws:ecs/taskDefinition:TaskDefinition", {})], [docker(), of(configFiles, { labels: { "stackbook.service": "prometheus" }, files: later })], [docker(), of("aws:cloudwatch/metricAlarm:MetricAlarm", { name: "prod-motel-errors" })]],
    bad: [["refuses a system that nobody watches", [docker()], /^motel has no alert; set stackbook:monitoring\.enabled to true/], ["refuses another's alerts in their place", [docker(), rulesFile("sms")], /motel has no alert/]],
  },
  {
    rule: "alerts-received",
    good: [[alertmanager([page])], [of("aws:cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn"] })], [of("aws:cloudwatch/metricAlarm:MetricAlarm", { alarmActions: later })], [of("aws:cloudwatch/metricAlarm:MetricAlarm", { tags: { "stackbook.tells": "composite" } })]],
    bad: [
      ["refuses critical alerts that tell nobody", [alertmanager([{ name: "page" }])], /^critical alerts go to "page", which tells nobody; name a channel/],
      ["refuses a way to nobody", [alertmanager([{ name: "page", email_configs: [] }])], /tells nobody/],
      ["refuses no route of their own, where the rest goes nowhere", [alertmanager([page], [])], /go to "nobody"/],
      ["refuses one system's that go nowhere", [alertmanager([page], [{ receiver: "page", matchers: ['severity="page"'], routes: [{ receiver: "quiet", matchers: ['system="sms"'] }] }])], /go to "quiet"/],
      ["refuses an alarm without an action", [of("aws:cloudwatch/metricAlarm:MetricAlarm", {})], /alarmActions is empty/],
      ["refuses one that says it tells, and tells nobody", [of("aws:cloudwatch/compositeAlarm:CompositeAlarm", { alarmActions: [], tags: { "stackbook.tells": "page" } })], /alarmActions is empty/],
      ["refuses an alarm that is off", [of("aws:cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn"], actionsEnabled: false })], /actionsEnabled/],
    ],
  },
  {
    rule: "log-retention",
    good: [[docker()], [kubernetes()], [loki(2160)], [logGroup({ retentionInDays: 30 })], [logGroup({ retentionInDays: 90, tags: ownLabels("app") })]],
    bad: [
      ["refuses a log that grows without end", [docker({ logOpts: {} })], /^its log grows without end; set logOpts/],
      ["refuses applications' logs that go too early", [loki(2136)], /logs of application are kept for 89 days.*at least 90/],
      ["refuses a store that removes nothing", [loki(2160, false)], /retention_enabled/],
      ["refuses a group that keeps for ever", [logGroup({})], /retentionInDays is not set; set it to at least 30 \(system\)/],
      ["refuses an application's group that goes too early", [logGroup({ retentionInDays: 60, tags: ownLabels("app") })], /at least 90 \(application\)/],
      ["refuses an audit log that does", [logGroup({ retentionInDays: 90, tags: ownLabels("app", "mps", "audit") })], /at least 365 \(audit\)/],
    ],
  },
];
