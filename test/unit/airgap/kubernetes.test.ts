import assert from "node:assert/strict";
import { ClusterApi } from "../../../airgap/plugins/kubernetes/cluster";
import { kinds } from "../../../airgap/plugins/kubernetes/kinds";
import { objectKind } from "../../../airgap/plugins/kubernetes/object";
import type { Bag } from "../../../airgap/plugins/rpc/values";

const target = { urn: "urn:pulumi:dev::stackbook::kubernetes:apps/v1:Deployment::backend", type: "kubernetes:apps/v1:Deployment", name: "backend" };

/** A cluster that answers what it is told to, one answer after another, and the last one for ever. */
class Told extends ClusterApi {
  readonly applied: { readonly path: string; readonly object: Bag }[] = [];
  constructor(private readonly answers: readonly Bag[]) {
    super();
  }
  private at = 0;
  override apply(path: string, _manager: string, object: Bag): Promise<Bag> {
    this.applied.push({ path, object });
    return Promise.resolve(object);
  }
  override get(): Promise<Bag | undefined> {
    const answer = this.answers[Math.min(this.at, this.answers.length - 1)];
    this.at += 1;
    return Promise.resolve(answer);
  }
  override list(): Promise<Bag[]> {
    return Promise.resolve([{ metadata: { name: "backend-1" }, status: { conditions: [{ type: "Ready", status: "False", message: "containers with unready status: [backend]" }] } }]);
  }
  override log(): Promise<string> {
    return Promise.resolve("no such table");
  }
}

const kindOf = (type: string, api: ClusterApi = new Told([])) => objectKind(api, kinds[type] ?? assert.fail(type));
const deployment = (image: string): Bag => ({ metadata: { name: "backend", namespace: "web" }, spec: { replicas: 2, selector: { matchLabels: { app: "x" } }, template: { spec: { containers: [{ image }] } } } });
const live = (status: Bag): Bag => ({ metadata: { name: "backend", namespace: "web", generation: 2, managedFields: [{}] }, spec: deployment("a").spec, status: { observedGeneration: 2, ...status } });
const silent = (): void => undefined;

describe("the stand-in for the kubernetes plugin", () => {
  const types = "kubernetes:apps/v1:Deployment";

  it("updates another image, and replaces another selector or name", () => {
    const kind = kindOf(types);
    assert.deepEqual(kind.diff(target, "web/backend", deployment("a"), {}, deployment("b")).changes, { "spec.template.spec.containers": "update" });
    const other = { ...deployment("a"), metadata: { name: "backend", namespace: "other" } };
    assert.deepEqual(kind.diff(target, "web/backend", deployment("a"), {}, other), { changes: { "metadata.namespace": "updateReplace" }, deleteBeforeReplace: false });
    const selected = { ...deployment("a"), spec: { ...(deployment("a").spec as Bag), selector: { matchLabels: { app: "y" } } } };
    assert.deepEqual(kind.diff(target, "web/backend", deployment("a"), {}, selected), { changes: { "spec.selector.matchLabels.app": "updateReplace" }, deleteBeforeReplace: true });
  });

  it("makes another Secret for other content, before the one with another name goes", () => {
    const secret = (name: string, word: string): Bag => ({ metadata: { name, namespace: "web" }, stringData: { word } });
    const result = kindOf("kubernetes:core/v1:Secret").diff(target, "web/a", secret("a", "1"), {}, secret("b", "2"));
    assert.deepEqual(result, { changes: { "metadata.name": "updateReplace", "stringData.word": "updateReplace" }, deleteBeforeReplace: false });
  });

  it("changes a Secret in its place where the provider is told to and the Secret doesn't say that it never changes", () => {
    const secret = (text: string, more: Bag = {}): Bag => ({ metadata: { name: "files", namespace: "web" }, stringData: { text }, ...more });
    const changes = (mutable: boolean, more: Bag = {}): unknown => {
      const api = new Told([]);
      api.configure({ enableSecretMutable: mutable });
      return kindOf("kubernetes:core/v1:Secret", api).diff(target, "web/files", secret("a", more), {}, secret("b", more)).changes;
    };
    assert.deepEqual(changes(true), { "stringData.text": "update" });
    assert.deepEqual(changes(true, { immutable: true }), { "stringData.text": "updateReplace" });
    assert.deepEqual(changes(false), { "stringData.text": "updateReplace" });
  });

  it("waits until every pod is new, and none of the old ones is left", async () => {
    const api = new Told([live({ observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2, replicas: 2 }), live({ updatedReplicas: 2, availableReplicas: 2, replicas: 3 }), live({ updatedReplicas: 2, availableReplicas: 2, replicas: 2 })]);
    const said: string[] = [];
    const { id, outputs } = await kindOf(types, api).create(target, deployment("a"), (message) => said.push(message));
    assert.equal(id, "web/backend");
    assert.equal(said.length, 2);
    assert.equal((outputs.metadata as Bag).managedFields, undefined);
    assert.deepEqual(api.applied.map(({ path, object }) => [path, object.kind]), [["/apis/apps/v1/namespaces/web/deployments/backend", "Deployment"]]);
  });

  it("fails with the pods' own words when a rollout makes no headway", async () => {
    const api = new Told([live({ updatedReplicas: 1, availableReplicas: 2, replicas: 3, conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "has timed out progressing" }] })]);
    await assert.rejects(kindOf(types, api).create(target, deployment("a"), silent), /Deployment backend makes no headway: has timed out progressing; what ran before serves on\nbackend-1: containers with unready status: \[backend\]\nno such table/);
  });

  it("does not wait where it is told not to", async () => {
    const api = new Told([]);
    const claim = { metadata: { name: "database", namespace: "web", annotations: { "pulumi.com/skipAwait": "true" } }, spec: {} };
    const { outputs } = await kindOf("kubernetes:core/v1:PersistentVolumeClaim", api).create(target, claim, silent);
    assert.deepEqual((outputs.metadata as Bag).name, "database");
  });

  it("refuses what it doesn't know: kinds, nameless objects, settings, a kubeconfig in the state", async () => {
    assert.equal(kinds["kubernetes:batch/v1:CronJob"], undefined);
    const { failures } = await kindOf(types).check(target, {}, { metadata: {} }, new Uint8Array());
    assert.deepEqual(failures.map(({ property }) => property), ["metadata.name", "metadata.namespace"]);
    assert.deepEqual(ClusterApi.checkConfig({ kubeconfig: "/a", context: "b", enableServerSideApply: "true" }), []);
    assert.deepEqual(ClusterApi.checkConfig({ kubeconfig: "apiVersion: v1\nkind: Config", renderYamlToDirectory: "x" }).map(({ property }) => property), ["renderYamlToDirectory", "kubeconfig"]);
  });
});
