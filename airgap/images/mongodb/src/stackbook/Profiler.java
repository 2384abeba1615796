package stackbook;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

import de.bwaldvogel.mongo.bson.Document;

/** What `--profile` and `--slowms` ask for: a note in `system.profile` of each command that took long. */
final class Profiler {
    static final String COLLECTION = "system.profile";
    /** MongoDB's own collection is capped as well, by size. */
    private static final int KEPT = 1000;

    private final int level;
    private final long slowMillis;
    private final AtomicInteger notes = new AtomicInteger();

    /** @param level 0 for nothing, 1 for what is slow, 2 for everything */
    Profiler(int level, long slowMillis) {
        this.level = level;
        this.slowMillis = slowMillis;
    }

    boolean wants(String database, Object collection, long millis) {
        if (database.equals("local") || COLLECTION.equals(collection) || !(collection instanceof String)) return false;
        return level == 2 || level == 1 && millis > slowMillis;
    }

    /** As a command. Of what was asked it has the name and the collection; MongoDB notes the values too. */
    Document note(String database, String command, String collection, String user, long millis) {
        Document entry = new Document("op", operation(command)).append("ns", database + "." + collection).append("command", new Document(command, collection))
            .append("millis", (int) millis).append("ts", Instant.now()).append("user", user);
        // An old note makes place for a new one, so the collection doesn't grow.
        return new Document("findAndModify", COLLECTION).append("query", new Document("_id", notes.getAndIncrement() % KEPT)).append("update", entry)
            .append("upsert", true).append("new", false);
    }

    private static String operation(String command) {
        switch (command) {
            case "find": return "query";
            case "insert": case "update": return command;
            case "delete": return "remove";
            default: return "command";
        }
    }
}
