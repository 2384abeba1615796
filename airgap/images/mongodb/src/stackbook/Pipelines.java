package stackbook;

import java.util.List;
import java.util.Map;
import java.util.Set;

import de.bwaldvogel.mongo.bson.Document;

/** A pipeline can write, and reach into other databases; both need the right to. */
final class Pipelines {
    /** Stages that look at their input and nowhere else. */
    private static final Set<String> INWARD = Set.of("$match", "$group", "$sort", "$limit", "$skip", "$count", "$project");

    private Pipelines() {}

    /** @param command in lower case */
    static boolean readsOneCollection(String command, Document query) {
        if (command.equals("find") || command.equals("count")) return true;
        return command.equals("aggregate") && query.get("pipeline") instanceof List<?> stages
            && stages.stream().allMatch(stage -> stage instanceof Document document && INWARD.containsAll(document.keySet()));
    }

    static void check(Users.User user, String database, Object value) {
        if (value instanceof List<?> list) list.forEach(item -> check(user, database, item));
        if (!(value instanceof Document document)) return;
        for (Map.Entry<String, Object> entry : document.entrySet()) {
            Object inner = entry.getValue();
            if (entry.getKey().equals("$out") || entry.getKey().equals("$merge")) require(user, Roles.Right.WRITE, target(inner, database));
            if (entry.getKey().equals("from") && inner instanceof Document from) require(user, Roles.Right.READ, target(from, database));
            check(user, database, inner);
        }
    }

    private static String target(Object stage, String database) {
        if (!(stage instanceof Document document)) return database;
        if (document.get("into") instanceof Document into) return target(into, database);
        return document.get("db") instanceof String other ? other : database;
    }

    private static void require(Users.User user, Roles.Right right, String database) {
        if (!Roles.has(user, right, database)) throw Errors.unauthorized(database, "aggregate");
    }
}
