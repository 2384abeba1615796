package stackbook;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import de.bwaldvogel.mongo.bson.Document;

/** createUser and its relations. Who may call them has been decided before. */
final class UserCommands {
    private static final Set<String> NAMES = Set.of("createuser", "updateuser", "dropuser", "usersinfo", "grantrolestouser", "revokerolesfromuser");
    private final Users users;

    UserCommands(Users users) {
        this.users = users;
    }

    static boolean handles(String command) {
        return NAMES.contains(command.toLowerCase(Locale.ROOT));
    }

    synchronized Document run(String db, String command, Document query, Users.User caller) {
        switch (command.toLowerCase(Locale.ROOT)) {
            case "createuser": create(db, query, command); break;
            case "updateuser": update(db, query, command); break;
            case "dropuser":
                if (!users.remove(db, Users.text(query, command))) throw Errors.noSuchUser(Users.text(query, command), db);
                break;
            case "grantrolestouser": changeRoles(db, query, command, true); break;
            case "revokerolesfromuser": changeRoles(db, query, command, false); break;
            default: return ok(new Document("users", info(db, query.get(command), caller)));
        }
        return ok(new Document());
    }

    private void create(String db, Document query, String command) {
        String name = Users.text(query, command);
        checkMechanisms(query);
        List<Users.Grant> roles = Users.grants(query.get("roles"), db);
        if (users.find(db, name) != null) throw Errors.userExists(name, db);
        users.save(Users.create(db, name, Users.text(query, "pwd"), roles));
    }

    private void update(String db, Document query, String command) {
        Users.User old = existing(db, Users.text(query, command));
        checkMechanisms(query);
        if (!query.containsKey("pwd") && !query.containsKey("roles")) throw Errors.badValue("Must specify at least one field to update in updateUser");
        List<Users.Grant> roles = query.containsKey("roles") ? Users.grants(query.get("roles"), db) : old.roles();
        Scram.Credentials credentials = query.containsKey("pwd") ? Scram.Credentials.of(Users.text(query, "pwd")) : old.credentials();
        users.save(new Users.User(old.id(), old.name(), old.db(), roles, credentials));
    }

    private void changeRoles(String db, Document query, String command, boolean give) {
        Users.User old = existing(db, Users.text(query, command));
        Set<Users.Grant> roles = new LinkedHashSet<>(old.roles());
        List<Users.Grant> named = Users.grants(query.get("roles"), db);
        if (give) roles.addAll(named);
        else roles.removeAll(named);
        users.save(new Users.User(old.id(), old.name(), old.db(), List.copyOf(roles), old.credentials()));
    }

    /** Everyone may ask about himself; about others only who manages users there. */
    private List<Document> info(String db, Object asked, Users.User caller) {
        boolean named = asked instanceof String || asked instanceof List<?> || asked instanceof Document one && one.containsKey("user");
        if (!named && !Roles.has(caller, Roles.Right.USERS, db)) throw Errors.unauthorized(db, "usersInfo");
        List<Users.User> wanted = new ArrayList<>();
        if (asked instanceof List<?> list) for (Object item : list) wanted.addAll(select(db, item));
        else wanted.addAll(select(db, asked));
        for (Users.User user : wanted)
            if (!user.key().equals(caller.key()) && !Roles.has(caller, Roles.Right.USERS, user.db())) throw Errors.unauthorized(user.db(), "usersInfo");
        return wanted.stream().map(Users.User::describe).collect(Collectors.toList());
    }

    private List<Users.User> select(String db, Object asked) {
        if (asked instanceof Document document && document.containsKey("forAllDBs")) return users.all();
        if (asked instanceof Document document) return one(Users.text(document, "db"), Users.text(document, "user"));
        if (asked instanceof String name) return one(db, name);
        return users.all().stream().filter(user -> user.db().equals(db)).toList();
    }

    private List<Users.User> one(String db, String name) {
        Users.User user = users.find(db, name);
        return user == null ? List.of() : List.of(user);
    }

    private Users.User existing(String db, String name) {
        Users.User user = users.find(db, name);
        if (user == null) throw Errors.noSuchUser(name, db);
        return user;
    }

    private static void checkMechanisms(Document query) {
        if (query.get("mechanisms") instanceof List<?> list && !list.contains(Scram.MECHANISM))
            throw Errors.badValue("only " + Scram.MECHANISM + " is supported");
    }

    private static Document ok(Document document) {
        document.put("ok", 1.0);
        return document;
    }
}
