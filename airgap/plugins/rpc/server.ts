import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { sayTo } from "./engine";
import type { ChangeKind, CheckFailure, DiffResult, Plugin, ResourceKind, Target } from "./plugin";
import { containsUnknown, unwrapBag, type Bag } from "./values";

// The high-level `@pulumi/pulumi/provider` server has no detailed differences, no preview flag and
// no provider configuration, and loads the whole SDK; this one is the wire protocol alone, and
// starts in a third of the time.

type Call<Req> = { readonly request: Req };
type Reply<Res> = (error: Partial<grpc.ServiceError> | null, response?: Res) => void;

const KINDS: Record<ChangeKind, proto.PropertyDiff.Kind> = {
  add: proto.PropertyDiff.Kind.ADD,
  addReplace: proto.PropertyDiff.Kind.ADD_REPLACE,
  delete: proto.PropertyDiff.Kind.DELETE,
  deleteReplace: proto.PropertyDiff.Kind.DELETE_REPLACE,
  update: proto.PropertyDiff.Kind.UPDATE,
  updateReplace: proto.PropertyDiff.Kind.UPDATE_REPLACE,
};

/** Serves the plugin until the engine ends the process, and says the port on standard output. */
export function serve(plugin: Plugin): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  // Pulumi ships the service without types of its handlers.
  server.addService(ResourceProviderService, handlers(plugin, process.argv[2]) as unknown as grpc.UntypedServiceImplementation);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
}

function handlers(plugin: Plugin, engineAddress: string | undefined): Record<string, unknown> {
  const say = sayTo(engineAddress);

  return {
    getPluginInfo: answer(() => {
      const info = new PluginInfo();
      info.setVersion(plugin.version);
      return info;
    }),
    getSchema: answer(() => {
      const response = new proto.GetSchemaResponse();
      response.setSchema("{}");
      return response;
    }),
    checkConfig: answer((request: proto.CheckRequest) => {
      const config = bagOf(request.getNews());
      return checkResponse(config, plugin.checkConfig?.(config) ?? []);
    }),
    diffConfig: answer((request: proto.DiffRequest) => diffResponse(configChanges(bagOf(request.getOlds()), bagOf(request.getNews())))),
    configure: answer((request: proto.ConfigureRequest) => {
      plugin.configure?.(bagOf(request.getArgs()));
      const response = new proto.ConfigureResponse();
      response.setSupportspreview(true);
      // Not accepting secrets leaves it to the engine to mark outputs secret as their inputs were.
      response.setAcceptsecrets(false);
      return response;
    }),
    check: answer(async (request: proto.CheckRequest) => {
      const target = targetOf(request.getUrn());
      const news = bagOf(request.getNews());
      const kind = plugin.kind(target.type);
      if (kind === undefined) return checkResponse(news, [unknownType(plugin, target)]);
      const { inputs, failures } = await kind.check(target, bagOf(request.getOlds()), news, request.getRandomseed_asU8());
      return checkResponse(inputs, failures);
    }),
    diff: answer((request: proto.DiffRequest) => {
      const target = targetOf(request.getUrn());
      const ignored = new Set(request.getIgnorechangesList());
      const outputs = bagOf(request.getOlds());
      const inputs = bagOf(request.getOldInputs());
      const result = kindOf(plugin, target).diff(target, request.getId(), inputs, outputs, bagOf(request.getNews()));
      const changes = Object.fromEntries(Object.entries(result.changes).filter(([path]) => !ignored.has(path)));
      return diffResponse({ ...result, changes });
    }),
    create: answer(async (request: proto.CreateRequest) => {
      const target = targetOf(request.getUrn());
      const kind = kindOf(plugin, target);
      const news = bagOf(request.getProperties());
      const response = new proto.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(structOf(kind.preview(news, undefined)));
        return response;
      }
      const { id, outputs } = await kind.create(target, known(target, news), say(target.urn));
      response.setId(id);
      response.setProperties(structOf(outputs));
      return response;
    }),
    update: answer(async (request: proto.UpdateRequest) => {
      const target = targetOf(request.getUrn());
      const kind = kindOf(plugin, target);
      const [olds, news] = [bagOf(request.getOlds()), bagOf(request.getNews())];
      const response = new proto.UpdateResponse();
      const outputs = request.getPreview()
        ? kind.preview(news, olds)
        : await kind.update(target, request.getId(), olds, known(target, news), say(target.urn));
      response.setProperties(structOf(outputs));
      return response;
    }),
    read: answer(async (request: proto.ReadRequest) => {
      const target = targetOf(request.getUrn());
      const found = await kindOf(plugin, target).read(target, request.getId(), bagOf(request.getInputs()), bagOf(request.getProperties()));
      const response = new proto.ReadResponse();
      if (found === undefined) return response; // an empty id says: gone
      response.setId(request.getId());
      response.setProperties(structOf(found.outputs));
      response.setInputs(structOf(found.inputs));
      return response;
    }),
    delete: answer(async (request: proto.DeleteRequest) => {
      const target = targetOf(request.getUrn());
      await kindOf(plugin, target).delete(target, request.getId(), bagOf(request.getProperties()));
      return new Empty();
    }),
    invoke: answer((request: proto.InvokeRequest) => {
      throw new Error(`${request.getTok()} is not implemented by the stand-in plugin: use the official plugin, or add it in ${plugin.room}`);
    }),
    cancel: answer(() => new Empty()),
  };
}

/** Turns a function into a gRPC handler: what it throws becomes the error the engine shows. */
function answer<Req, Res>(handler: (request: Req) => Res | Promise<Res>): (call: Call<Req>, reply: Reply<Res>) => void {
  return (call, reply) => {
    Promise.resolve()
      .then(() => handler(call.request))
      .then(
        (response) => reply(null, response),
        (error: unknown) => reply({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
      );
  };
}

function checkResponse(inputs: Bag, failures: readonly CheckFailure[]): proto.CheckResponse {
  const response = new proto.CheckResponse();
  response.setInputs(structOf(inputs));
  response.setFailuresList(
    failures.map(({ reason }) => {
      const failure = new proto.CheckFailure();
      // The reason names the property. Given it as well, the engine prints its value, secret or not.
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

function diffResponse({ changes, deleteBeforeReplace }: DiffResult): proto.DiffResponse {
  const response = new proto.DiffResponse();
  const paths = Object.entries(changes);
  response.setChanges(paths.length > 0 ? proto.DiffResponse.DiffChanges.DIFF_SOME : proto.DiffResponse.DiffChanges.DIFF_NONE);
  const replaced = paths.filter(([, kind]) => kind.endsWith("Replace")).map(([path]) => path);
  response.setReplacesList(replaced);
  response.setDiffsList(paths.map(([path]) => path));
  response.setDeletebeforereplace(replaced.length > 0 && deleteBeforeReplace === true);
  response.setHasdetaileddiff(true);
  const detailed = response.getDetaileddiffMap();
  for (const [path, kind] of paths) {
    const property = new proto.PropertyDiff();
    property.setKind(KINDS[kind]);
    detailed.set(path, property);
  }
  return response;
}

/** Another host or other options never replace what a provider made: the official plugins say so too. */
function configChanges(olds: Bag, news: Bag): DiffResult {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => key !== "version");
  const changed = keys.filter((key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]));
  return { changes: Object.fromEntries(changed.map((key) => [key, "update" as const])) };
}

function kindOf(plugin: Plugin, target: Target): ResourceKind {
  const kind = plugin.kind(target.type);
  if (kind === undefined) throw new Error(unknownType(plugin, target).reason);
  return kind;
}

function unknownType(plugin: Plugin, target: Target): CheckFailure {
  return { property: "", reason: `${target.type} is not implemented by the stand-in plugin: use the official plugin, or add it in ${plugin.room}` };
}

function known(target: Target, news: Bag): Bag {
  if (containsUnknown(news)) throw new Error(`${target.type} ${target.name} has inputs that are still unknown during the update`);
  return news;
}

/** `urn:pulumi:dev::stackbook::parent$docker:index/network:Network::name` */
function targetOf(urn: string): Target {
  const [, , qualified = "", ...name] = urn.split("::");
  return { urn, type: qualified.slice(qualified.lastIndexOf("$") + 1), name: name.join("::") };
}

function bagOf(struct: Struct | undefined): Bag {
  return struct === undefined ? {} : unwrapBag(struct.toJavaScript());
}

function structOf(bag: Bag): Struct {
  const entries = Object.entries(bag).filter(([, value]) => value !== undefined);
  return Struct.fromJavaScript(Object.fromEntries(entries) as Parameters<typeof Struct.fromJavaScript>[0]);
}
