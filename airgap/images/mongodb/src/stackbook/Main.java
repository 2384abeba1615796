package stackbook;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

import de.bwaldvogel.mongo.MongoServer;

/** The server: `mongod`'s options that make sense here, `mongo`'s variables for the first start. */
public final class Main {
    private static final Set<String> WITH_VALUE = Set.of("--port", "--dbpath", "--bind_ip", "--wiredTigerCacheSizeGB", "--logpath", "--profile", "--slowms");
    private static final Set<String> ACCEPTED = Set.of("--auth", "--bind_ip_all", "--quiet", "--ipv6");

    private Main() {}

    public static void main(String[] arguments) {
        System.setProperty("slf4j.internal.verbosity", "ERROR"); // the library may log documents, so it logs nothing
        String folder = "/data/db";
        int port = 27017;
        String address = "0.0.0.0";
        int profile = 0;
        long slowMillis = 100; // MongoDB's own
        List<String> rest = List.of(arguments);
        while (!rest.isEmpty()) {
            String[] option = rest.get(0).split("=", 2);
            boolean valued = WITH_VALUE.contains(option[0]);
            if (!valued && !ACCEPTED.contains(option[0])) fail("mongod: option " + option[0] + " is not supported by this stand-in for MongoDB");
            if (valued && option.length == 1 && rest.size() < 2) fail("mongod: option " + option[0] + " needs a value");
            String value = option.length == 2 ? option[1] : valued ? rest.get(1) : "";
            rest = rest.subList(valued && option.length == 1 ? 2 : 1, rest.size());
            switch (option[0]) {
                case "--port": port = Integer.parseInt(value); break;
                case "--dbpath": folder = value; break;
                case "--bind_ip": address = value.equals("*") ? "0.0.0.0" : value.split(",")[0]; break;
                case "--profile": profile = Integer.parseInt(value); break;
                case "--slowms": slowMillis = Long.parseLong(value); break;
                default: break;
            }
        }
        serve(folder, new InetSocketAddress(address, port), new Profiler(profile, slowMillis));
    }

    private static void serve(String folder, InetSocketAddress address, Profiler profiler) {
        Store store = open(folder);
        Users users = new Users(store.mvStore);
        firstUser(users);
        store.commit();
        MongoServer server = new MongoServer(new GuardedBackend(store, users, profiler));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            Log.write("stopping");
            server.stopListening();
            store.close();
            Log.write("stopped");
            Runtime.getRuntime().halt(0);
        }, "stop"));
        server.bind(address, 1, 4);
        Log.write("Waiting for connections", "address", address.getHostString(), "port", address.getPort(), "data", folder);
    }

    private static Store open(String folder) {
        try {
            return new Store(folder);
        } catch (RuntimeException e) {
            fail("mongod: the data in " + folder + " can't be opened: " + e.getMessage());
            throw e;
        }
    }

    /** Root comes to be at the first start, from the environment, and never again. */
    private static void firstUser(Users users) {
        if (!users.isEmpty()) return;
        String name = System.getenv("MONGO_INITDB_ROOT_USERNAME");
        String password = System.getenv("MONGO_INITDB_ROOT_PASSWORD");
        if (name == null || name.isEmpty() || password == null || password.isEmpty())
            fail("error: the data directory is empty and there is no first user; set both MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD");
        users.save(Users.create("admin", name, password, List.of(new Users.Grant("root", "admin"))));
        Log.write("root user created", "user", "admin." + name);
    }

    private static void fail(String message) {
        System.err.println(message);
        System.err.flush();
        Runtime.getRuntime().halt(1);
    }
}
