import { call, connect, messageOf, type Answer, type Cluster } from "../../../platforms/kubernetes/api/client";
import type { CheckFailure } from "../rpc/plugin";
import { isBag, text, type Bag } from "../rpc/values";

const SETTINGS = ["kubeconfig", "context", "enableServerSideApply", "enableSecretMutable", "version"];

/** The cluster of one provider. Connected at the first use: a preview of creates must work without it. */
export class ClusterApi {
  private config: Bag = {};
  private connection: Promise<Cluster> | undefined;

  configure(config: Bag): void {
    this.config = config;
    this.connection = undefined;
  }

  static checkConfig(config: Bag): CheckFailure[] {
    const refused = Object.keys(config).filter((key) => !key.startsWith("__") && !SETTINGS.includes(key));
    const inline = /[\n{]/.test(text(config.kubeconfig) ?? "");
    return [
      ...refused.map((key) => ({ property: key, reason: `the provider setting ${key} is not implemented by the stand-in plugin: remove it, use the official plugin, or add it in airgap/plugins/kubernetes/cluster.ts` })),
      ...(inline ? [{ property: "kubeconfig", reason: "kubeconfig holds a kubeconfig itself: the stand-in plugin takes a file's path, so that nothing of it gets into the state" }] : []),
      ...(config.enableServerSideApply === false || config.enableServerSideApply === "false" ? [{ property: "enableServerSideApply", reason: "enableServerSideApply is false: the stand-in plugin applies on the server's side only" }] : []),
    ];
  }

  /** Whether a Secret that doesn't say that it is immutable is changed in its place. */
  get changesSecrets(): boolean {
    return this.config.enableSecretMutable === true || this.config.enableSecretMutable === "true";
  }

  async get(path: string): Promise<Bag | undefined> {
    const answer = await this.call("GET", path);
    if (answer.status === 404) return undefined;
    return bagOf(answer, `reading ${path}`);
  }

  async list(path: string): Promise<Bag[]> {
    const { items } = bagOf(await this.call("GET", path), `listing ${path}`);
    // The API's own lists hold objects.
    return (items ?? []) as Bag[];
  }

  /** Server-side apply: creates what isn't there, and is refused where somebody else manages one of the fields. */
  async apply(path: string, manager: string, object: Bag): Promise<Bag> {
    const { annotations } = isBag(object.metadata) ? object.metadata : {};
    // The program's own way, as with the official plugin, to have a field back that somebody else has changed.
    const force = isBag(annotations) && annotations["pulumi.com/patchForce"] === "true" ? "&force=true" : "";
    const query = `?fieldManager=${manager}&fieldValidation=Strict${force}`;
    return bagOf(await this.call("PATCH", path + query, object, "application/apply-patch+yaml"), "applying it");
  }

  /** @returns false when it had gone already */
  async delete(path: string): Promise<boolean> {
    const answer = await this.call("DELETE", `${path}?propagationPolicy=Foreground`);
    if (answer.status === 404) return false;
    bagOf(answer, "deleting it");
    return true;
  }

  /** The last lines of a pod's log; "" where there are none. */
  async log(namespace: string, pod: string): Promise<string> {
    const answer = await this.call("GET", `/api/v1/namespaces/${namespace}/pods/${pod}/log?tailLines=10`);
    return answer.status === 200 ? answer.text.trimEnd() : "";
  }

  private async call(method: string, path: string, body?: Bag, contentType?: string): Promise<Answer> {
    const kubeconfig = text(this.config.kubeconfig);
    const context = text(this.config.context);
    this.connection ??= connect({ ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) });
    const cluster = await this.connection.catch((error: unknown) => {
      this.connection = undefined;
      throw error;
    });
    return call(cluster, method, path, body, contentType === undefined ? {} : { contentType });
  }
}

function bagOf(answer: Answer, doing: string): Bag {
  if (answer.status >= 300) throw new Error(`${doing} was refused: ${messageOf(answer)}`);
  return JSON.parse(answer.text) as Bag;
}
