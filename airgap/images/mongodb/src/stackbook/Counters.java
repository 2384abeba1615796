package stackbook;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

import de.bwaldvogel.mongo.bson.Document;

/** What the server has done since it started, in the form in which MongoDB's tools read it. */
final class Counters {
    /** MongoDB's default; this server itself has no limit. */
    private static final int CONNECTIONS = 65_536;
    private static final List<String> OPERATIONS = List.of("insert", "query", "update", "delete", "getmore", "command");

    private final Map<String, AtomicLong> operations = new TreeMap<>();
    private final AtomicLong refused = new AtomicLong();

    Counters() {
        OPERATIONS.forEach(name -> operations.put(name, new AtomicLong()));
    }

    /** Inserts, updates and deletes count each of their parts, as MongoDB's do. */
    void count(String command, Document query) {
        String name = command.toLowerCase(Locale.ROOT);
        switch (name) {
            case "insert": add(name, query.get("documents")); break;
            case "update": add(name, query.get("updates")); break;
            case "delete": add(name, query.get("deletes")); break;
            case "find": add("query", null); break;
            case "getmore": add(name, null); break;
            default: add("command", null); break;
        }
    }

    /** A command that the client is answered an error for. */
    void countRefusal() {
        refused.incrementAndGet();
    }

    Document addTo(Document status, int connections) {
        Document done = new Document();
        operations.forEach((name, count) -> done.append(name, count.get()));
        return status.append("connections", new Document("current", connections).append("available", CONNECTIONS - connections).append("totalCreated", Connection.created()))
            .append("opcounters", done)
            .append("asserts", new Document("regular", 0).append("warning", 0).append("msg", 0).append("user", refused.get()).append("rollovers", 0));
    }

    private void add(String operation, Object parts) {
        operations.get(operation).addAndGet(parts instanceof List<?> list ? list.size() : 1);
    }
}
