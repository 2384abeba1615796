package stackbook;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What commands need and what MongoDB's built-in roles give. A command that isn't listed is refused. */
final class Roles {
    enum Right { READ, WRITE, MANAGE, USERS, SERVER }

    /** A role's rights, on its own database or, for the AnyDatabase roles, on all. */
    record Role(boolean everywhere, Set<Right> rights) {}

    private static final Map<String, Role> ROLES = Map.ofEntries(
        Map.entry("read", on(Right.READ)),
        Map.entry("readWrite", on(Right.READ, Right.WRITE)),
        // The statistics a dbAdmin may see are part of READ here; documents are not his in MongoDB.
        Map.entry("dbAdmin", on(Right.MANAGE)),
        Map.entry("userAdmin", on(Right.USERS)),
        Map.entry("dbOwner", on(Right.READ, Right.WRITE, Right.MANAGE, Right.USERS)),
        Map.entry("readAnyDatabase", everywhere(Right.READ)),
        Map.entry("readWriteAnyDatabase", everywhere(Right.READ, Right.WRITE)),
        Map.entry("dbAdminAnyDatabase", everywhere(Right.MANAGE)),
        Map.entry("userAdminAnyDatabase", everywhere(Right.USERS)),
        Map.entry("clusterMonitor", everywhere(Right.SERVER, Right.MANAGE)),
        Map.entry("backup", everywhere(Right.READ)),
        Map.entry("restore", everywhere(Right.WRITE, Right.MANAGE)),
        Map.entry("root", new Role(true, EnumSet.allOf(Right.class)))
    );

    /** Answered to anyone, as a client needs them to log in or to see that the server lives. */
    private static final Set<String> OPEN = Set.of("hello", "ismaster", "ping", "buildinfo", "saslstart", "saslcontinue", "logout");

    /** Answered to every user who has logged in. */
    private static final Set<String> SIGNED_IN = Set.of("connectionstatus", "whatsmyuri", "startsession", "endsessions", "refreshsessions",
        "killsessions", "listdatabases", "getlasterror", "reseterror", "getmore", "killcursors", "usersinfo");

    private static final Map<Right, Set<String>> NEEDED = Map.of(
        Right.READ, Set.of("find", "aggregate", "count", "distinct", "listcollections", "listindexes", "dbstats", "collstats"),
        Right.WRITE, Set.of("insert", "update", "delete", "findandmodify", "create", "createindexes", "drop", "dropindexes", "renamecollection"),
        Right.MANAGE, Set.of("dropdatabase", "validate"),
        Right.USERS, Set.of("createuser", "updateuser", "dropuser", "grantrolestouser", "revokerolesfromuser"),
        Right.SERVER, Set.of("serverstatus", "getdiagnosticdata", "hostinfo", "getlog", "getcmdlineopts", "getfreemonitoringstatus", "replsetgetstatus")
    );

    /** A dbAdmin looks after collections without reading them. */
    private static final Set<String> ALSO_MANAGE = Set.of("listcollections", "listindexes", "dbstats", "collstats", "create", "createindexes", "drop", "dropindexes");

    private Roles() {}

    static boolean isOpen(String command) {
        return OPEN.contains(lower(command));
    }

    static boolean isForAnyUser(String command) {
        return SIGNED_IN.contains(lower(command));
    }

    static boolean exists(String role) {
        return ROLES.containsKey(role);
    }

    static boolean changesData(String command) {
        String name = lower(command);
        return NEEDED.get(Right.WRITE).contains(name) || NEEDED.get(Right.USERS).contains(name) || name.equals("dropdatabase") || name.equals("aggregate");
    }

    static boolean isKnown(String command) {
        String name = lower(command);
        return OPEN.contains(name) || SIGNED_IN.contains(name) || NEEDED.values().stream().anyMatch(commands -> commands.contains(name));
    }

    static boolean allows(Users.User user, String command, String database) {
        String name = lower(command);
        if (ALSO_MANAGE.contains(name) && has(user, Right.MANAGE, database)) return true;
        return NEEDED.entrySet().stream().anyMatch(needed -> needed.getValue().contains(name) && has(user, needed.getKey(), database));
    }

    static boolean has(Users.User user, Right right, String database) {
        return user.roles().stream().anyMatch(given -> {
            Role role = ROLES.get(given.role());
            // AnyDatabase roles and root exist in the admin database only.
            return role != null && role.rights().contains(right)
                && (role.everywhere() ? given.db().equals("admin") : given.db().equals(database));
        });
    }

    private static String lower(String command) {
        return command.toLowerCase(Locale.ROOT);
    }

    private static Role on(Right first, Right... rest) {
        return new Role(false, EnumSet.of(first, rest));
    }

    private static Role everywhere(Right first, Right... rest) {
        return new Role(true, EnumSet.of(first, rest));
    }
}
