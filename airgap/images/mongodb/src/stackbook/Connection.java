package stackbook;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;

/** One client's connection: who has logged in on it, and the login that is under way. */
final class Connection {
    private static final AtomicInteger IDS = new AtomicInteger();

    final int id = IDS.incrementAndGet();
    /** The user who has logged in, by key: what he may do is looked up each time, as it can change. */
    String userKey;
    private Scram conversation;
    private String conversationUser;
    private boolean proven;
    private boolean skipEmptyExchange;

    /** How many there have been. */
    static int created() {
        return IDS.get();
    }

    Document start(Users users, String db, Document query) {
        if (!Scram.MECHANISM.equals(query.get("mechanism")))
            throw Errors.badValue("Unsupported mechanism " + query.get("mechanism") + ", use " + Scram.MECHANISM);
        userKey = null;
        proven = false;
        String first = payload(query);
        try {
            String name = Scram.userOf(first);
            conversation = new Scram(first, users.credentials(db, name));
            conversationUser = db + "." + name;
        } catch (IllegalArgumentException e) {
            throw Errors.badValue(e.getMessage());
        }
        skipEmptyExchange = query.get("options") instanceof Document options && Boolean.TRUE.equals(options.get("skipEmptyExchange"));
        return reply(conversation.serverFirst(), false);
    }

    Document proceed(Document query) {
        if (conversation == null || !Integer.valueOf(1).equals(query.get("conversationId"))) throw new de.bwaldvogel.mongo.exception.MongoServerError(17, "ProtocolError", "No SASL session state found");
        if (proven) { // the empty exchange of clients that don't skip it
            signIn();
            return reply("", true);
        }
        String last = proof(query);
        if (last == null) {
            String user = conversationUser;
            conversation = null;
            Log.write("login refused", "user", user, "connection", id);
            throw Errors.wrongPassword();
        }
        proven = true;
        if (skipEmptyExchange) signIn();
        return reply(last, skipEmptyExchange);
    }

    private String proof(Document query) {
        try {
            return conversation.finish(payload(query));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void signIn() {
        userKey = conversationUser;
        conversation = null;
    }

    private static Document reply(String payload, boolean done) {
        return new Document("conversationId", 1).append("done", done)
            .append("payload", new BinData(payload.getBytes(StandardCharsets.UTF_8))).append("ok", 1.0);
    }

    private static String payload(Document query) {
        if (query.get("payload") instanceof BinData data) return new String(data.getData(), StandardCharsets.UTF_8);
        throw Errors.badValue("payload must be binary");
    }
}
