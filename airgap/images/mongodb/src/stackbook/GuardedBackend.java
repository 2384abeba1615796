package stackbook;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;
import org.h2.mvstore.MVMap;

/**
 * Puts users in front of a server that has none: every command of every connection passes
 * {@link #answer}, which lets through what the connection's user may do and nothing else.
 */
final class GuardedBackend extends H2Backend {
    /** Said by every client with every command, of no meaning to a server that is alone. */
    private static final Set<String> ENVELOPE = Set.of("lsid", "$clusterTime", "$readPreference", "apiVersion", "apiStrict", "apiDeprecationErrors");
    /** On the admin database the library answers these itself; the rest it doesn't know there. */
    private static final Set<String> DATA_COMMANDS = Set.of("find", "insert", "update", "delete", "aggregate", "count", "distinct", "create", "createindexes",
        "drop", "dropindexes", "dbstats", "collstats", "findandmodify", "listcollections", "listindexes", "validate");

    private final Store store;
    private final Users users;
    private final UserCommands userCommands;
    private final Profiler profiler;
    private final Counters counters = new Counters();
    private final Map<Channel, Connection> connections = new ConcurrentHashMap<>();
    /** A cursor belongs to who opened it. */
    private final Map<Long, String> cursorOwners = new ConcurrentHashMap<>();

    GuardedBackend(Store store, Users users, Profiler profiler) {
        super(store.mvStore);
        this.store = store;
        this.users = users;
        this.profiler = profiler;
        this.userCommands = new UserCommands(users);
    }

    /** The library opens a collection's map as H2 guesses its weight; one that is open already it takes as it is. */
    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        return new H2Database(name, getMvStore(), getCursorRegistry()) {
            @Override
            protected MongoCollection<Object> openOrCreateCollection(String collection, CollectionOptions options) {
                getMvStore().openMap("databases." + getFullCollectionNamespace(collection), new MVMap.Builder<Object, Document>().keyType(new WeighedType()).valueType(new WeighedType()));
                return super.openOrCreateCollection(collection, options);
            }
        };
    }

    @Override
    public Document handleMessage(MongoMessage message) {
        Document query = message.getDocument();
        try {
            return answer(message.getChannel(), message.getDatabaseName(), query.keySet().iterator().next(), query);
        } catch (MongoServerError error) {
            counters.countRefusal();
            throw error;
        }
    }

    /** Reached by the old message form only, which drivers use for their first hello. */
    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        try {
            return answer(channel, database, command, query);
        } catch (MongoServerError error) {
            counters.countRefusal();
            return new Document("ok", 0.0).append("errmsg", error.getMessageWithoutErrorCode()).append("code", error.getCode()).append("codeName", error.getCodeName());
        }
    }

    @Override
    public QueryResult handleQuery(MongoQuery query) {
        throw Errors.unauthenticated("OP_QUERY");
    }

    @Override
    public Collection<Document> getCurrentOperations(MongoQuery query) {
        throw Errors.unauthenticated("currentOp");
    }

    /** The old message form asks for this past all checks. */
    @Override
    public Document getServerStatus() {
        throw Errors.unauthenticated("serverStatus");
    }

    @Override
    public void handleClose(Channel channel) {
        connections.remove(channel);
        super.handleClose(channel);
    }

    private Document answer(Channel channel, String database, String command, Document query) {
        Connection connection = connections.computeIfAbsent(channel, unused -> new Connection());
        counters.count(command, query);
        if (Roles.isOpen(command)) return greet(connection, database, command, query);
        Users.User user = connection.userKey == null ? null : users.byKey(connection.userKey);
        if (user == null) throw Errors.unauthenticated(command);
        if (!Roles.isKnown(command)) throw Errors.noSuchCommand(command);
        authorize(user, database, command, query);
        if (query.containsKey("txnNumber") || query.containsKey("startTransaction")) throw Errors.noTransactions();
        boolean journaled = query.get("writeConcern") instanceof Document concern && Boolean.TRUE.equals(concern.get("j"));
        ENVELOPE.forEach(query::remove);
        Object collection = query.get(command);
        long began = System.nanoTime();
        Document result = Roles.changesData(command) ? store.change(() -> run(channel, user, database, command, query)) : run(channel, user, database, command, query);
        long millis = (System.nanoTime() - began) / 1_000_000;
        if (DATA_COMMANDS.contains(command.toLowerCase(Locale.ROOT)) && profiler.wants(database, collection, millis)) {
            Document note = profiler.note(database, command, (String) collection, user.key(), millis);
            store.change(() -> resolveDatabase(database).handleCommand(channel, "findAndModify", note, this::resolveDatabase, oplog));
        }
        if (journaled || UserCommands.handles(command)) store.commit();
        return result;
    }

    private void authorize(Users.User user, String database, String command, Document query) {
        String name = command.toLowerCase(Locale.ROOT);
        if (name.equals("renamecollection")) {
            for (String field : List.of(command, "to"))
                if (!Roles.allows(user, command, Users.text(query, field).split("\\.", 2)[0])) throw Errors.unauthorized(database, command);
            return;
        }
        // Who watches the server reads what was slow, and no other documents.
        if (Profiler.COLLECTION.equals(query.get(command)) && Roles.has(user, Roles.Right.SERVER, "admin") && Pipelines.readsOneCollection(name, query)) return;
        if (name.equals("getmore")) own(user, query.get(command));
        if (name.equals("killcursors") && query.get("cursors") instanceof List<?> cursors) cursors.forEach(cursor -> own(user, cursor));
        if (!Roles.isForAnyUser(command) && !Roles.allows(user, command, database)) throw Errors.unauthorized(database, command);
        if (name.equals("aggregate")) Pipelines.check(user, database, query.get("pipeline"));
    }

    private void own(Users.User user, Object cursor) {
        if (cursor instanceof Long id && !user.key().equals(cursorOwners.getOrDefault(id, user.key()))) throw Errors.unauthorized("cursor", "getMore");
    }

    private Document run(Channel channel, Users.User user, String database, String command, Document query) {
        String name = command.toLowerCase(Locale.ROOT);
        if (UserCommands.handles(command)) return userCommands.run(database, command, query, user);
        switch (name) {
            case "startsession": return ok(new Document("id", new Document("id", java.util.UUID.randomUUID())).append("timeoutMinutes", 30));
            case "endsessions": case "refreshsessions": case "killsessions": return ok(new Document());
            case "connectionstatus": return ok(new Document("authInfo", new Document("authenticatedUsers", List.of(new Document("user", user.name()).append("db", user.db())))
                .append("authenticatedUserRoles", user.rolesDocument())));
            case "listdatabases": return visibleDatabases(user, super.handleCommand(channel, "admin", command, query));
            case "serverstatus": return serverStatus();
            // The one command that exporters ask for all they want to know.
            case "getdiagnosticdata": return ok(new Document("data", new Document("start", Instant.now()).append("serverStatus", serverStatus()).append("end", Instant.now())));
            case "getcmdlineopts": return ok(new Document("argv", List.of("mongod")).append("parsed", new Document("security", new Document("authorization", "enabled"))));
            default: break;
        }
        if (DATA_COMMANDS.contains(name)) {
            if ((name.equals("find") || name.equals("aggregate")) && !(query.get(command) instanceof String)) throw Errors.badValue(command + " needs a collection here");
            return remember(user, resolveDatabase(database).handleCommand(channel, command, query, this::resolveDatabase, oplog));
        }
        return remember(user, super.handleCommand(channel, database, command, query));
    }

    private Document serverStatus() {
        return counters.addTo(super.getServerStatus(), connections.size());
    }

    private Document remember(Users.User user, Document result) {
        if (result.get("cursor") instanceof Document cursor && cursor.get("id") instanceof Long id && id != 0) cursorOwners.put(id, user.key());
        return result;
    }

    private Document visibleDatabases(Users.User user, Document all) {
        if (Roles.has(user, Roles.Right.SERVER, "admin") || !(all.get("databases") instanceof List<?> databases)) return all;
        all.put("databases", databases.stream().filter(item -> item instanceof Document database
            && Roles.allows(user, "listCollections", String.valueOf(database.get("name")))).collect(Collectors.toList()));
        return all;
    }

    /** What a client may ask before it has said who it is. */
    private Document greet(Connection connection, String database, String command, Document query) {
        switch (command.toLowerCase(Locale.ROOT)) {
            case "saslstart": return connection.start(users, database, query);
            case "saslcontinue": return connection.proceed(query);
            case "logout": connection.userKey = null; return ok(new Document());
            case "ping": return ok(new Document());
            case "buildinfo": return super.handleCommand(null, database, command, query);
            default: return hello(connection, query);
        }
    }

    private Document hello(Connection connection, Document query) {
        Document answer = super.handleCommand(null, "admin", "ismaster", new Document());
        answer.append("isWritablePrimary", true).append("helloOk", true).append("readOnly", false).append("connectionId", connection.id)
            .append("logicalSessionTimeoutMinutes", 30).append("localTime", Instant.now());
        if (query.containsKey("saslSupportedMechs")) answer.append("saslSupportedMechs", List.of(Scram.MECHANISM));
        if (query.get("speculativeAuthenticate") instanceof Document early && Scram.MECHANISM.equals(early.get("mechanism")))
            answer.append("speculativeAuthenticate", connection.start(users, early.get("db") instanceof String db ? db : "admin", early));
        return answer;
    }

    private static Document ok(Document document) {
        document.put("ok", 1.0);
        return document;
    }
}
