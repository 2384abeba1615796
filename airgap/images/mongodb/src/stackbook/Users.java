package stackbook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

import de.bwaldvogel.mongo.bson.Document;

/** The users, kept beside the databases in the same store, under a name no database can have. */
final class Users {
    record Grant(String role, String db) {}

    record User(String id, String name, String db, List<Grant> roles, Scram.Credentials credentials) {
        String key() {
            return Users.key(db, name);
        }

        Document describe() {
            return new Document("_id", db + "." + name).append("userId", UUID.fromString(id)).append("user", name).append("db", db)
                .append("roles", rolesDocument()).append("mechanisms", List.of(Scram.MECHANISM));
        }

        List<Document> rolesDocument() {
            return roles.stream().map(grant -> new Document("role", grant.role()).append("db", grant.db())).collect(Collectors.toList());
        }
    }

    private static final String SECRET = "server secret";
    private final MVMap<String, String> users;
    private final byte[] secret;

    Users(MVStore store) {
        this.users = store.openMap("stackbook users");
        MVMap<String, String> settings = store.openMap("stackbook settings");
        settings.putIfAbsent(SECRET, encode(Scram.random(32)));
        this.secret = decode(settings.get(SECRET));
    }

    boolean isEmpty() {
        return users.isEmpty();
    }

    User find(String db, String name) {
        return byKey(key(db, name));
    }

    User byKey(String key) {
        String stored = users.get(key);
        return stored == null ? null : read(stored);
    }

    List<User> all() {
        List<User> all = new ArrayList<>();
        for (String stored : users.values()) all.add(read(stored));
        return all;
    }

    void save(User user) {
        users.put(user.key(), write(user));
    }

    boolean remove(String db, String name) {
        return users.remove(key(db, name)) != null;
    }

    /** What a login is checked against, for a user that exists and for one that doesn't. */
    Scram.Credentials credentials(String db, String name) {
        User user = find(db, name);
        return user == null ? Scram.Credentials.nobody(secret, key(db, name)) : user.credentials();
    }

    static User create(String db, String name, String password, List<Grant> roles) {
        return new User(UUID.randomUUID().toString(), name, db, roles, Scram.Credentials.of(password));
    }

    /** Roles as a command gives them: a name means the command's own database. */
    static List<Grant> grants(Object given, String db) {
        if (!(given instanceof List<?> list)) throw Errors.badValue("roles must be an array");
        LinkedHashSet<Grant> grants = new LinkedHashSet<>();
        for (Object item : list) {
            Grant grant = item instanceof Document document
                ? new Grant(text(document, "role"), text(document, "db"))
                : new Grant(String.valueOf(item), db);
            if (!Roles.exists(grant.role())) throw Errors.noSuchRole(grant.role(), grant.db());
            grants.add(grant);
        }
        return List.copyOf(grants);
    }

    static String text(Document document, String field) {
        if (document.get(field) instanceof String value && !value.isEmpty()) return value;
        throw Errors.badValue(field + " must be a string that is not empty");
    }

    /** A database's name has no dot, so the first one parts it from the user's. */
    private static String key(String db, String name) {
        return db + "." + name;
    }

    /** One line, fields parted by a character that base64 doesn't have. */
    private static String write(User user) {
        String roles = user.roles().stream().map(grant -> text64(grant.role()) + "~" + text64(grant.db())).collect(Collectors.joining(";"));
        Scram.Credentials c = user.credentials();
        return String.join("|", user.id(), text64(user.db()), text64(user.name()), roles, encode(c.salt()), String.valueOf(c.iterations()), encode(c.storedKey()), encode(c.serverKey()));
    }

    private static User read(String stored) {
        String[] field = stored.split("\\|", -1);
        List<Grant> roles = field[3].isEmpty() ? List.of() : Arrays.stream(field[3].split(";")).map(role -> {
            String[] part = role.split("~");
            return new Grant(plain(part[0]), plain(part[1]));
        }).toList();
        return new User(field[0], plain(field[2]), plain(field[1]), roles, new Scram.Credentials(decode(field[4]), Integer.parseInt(field[5]), decode(field[6]), decode(field[7])));
    }

    private static String text64(String text) {
        return Base64.getUrlEncoder().encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static String plain(String encoded) {
        return new String(Base64.getUrlDecoder().decode(encoded), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return Base64.getUrlDecoder().decode(text);
    }
}
