package stackbook;

import de.bwaldvogel.mongo.exception.MongoServerError;

/** Refusals, with MongoDB's own codes, since drivers act on them. */
final class Errors {
    private Errors() {}

    static MongoServerError unauthenticated(String command) {
        return new MongoServerError(13, "Unauthorized", "command " + command + " requires authentication");
    }

    static MongoServerError unauthorized(String database, String command) {
        return new MongoServerError(13, "Unauthorized", "not authorized on " + database + " to execute command " + command);
    }

    static MongoServerError wrongPassword() {
        return new MongoServerError(18, "AuthenticationFailed", "Authentication failed.");
    }

    static MongoServerError badValue(String message) {
        return new MongoServerError(2, "BadValue", message);
    }

    static MongoServerError noSuchCommand(String command) {
        return new MongoServerError(59, "CommandNotFound", "no such command: '" + command + "' (this server stands in for MongoDB and knows a part of its commands)");
    }

    static MongoServerError noTransactions() {
        return new MongoServerError(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
    }

    static MongoServerError noSuchUser(String name, String database) {
        return new MongoServerError(11, "UserNotFound", "Could not find user \"" + name + "\" for db \"" + database + "\"");
    }

    static MongoServerError userExists(String name, String database) {
        return new MongoServerError(51003, "Location51003", "User \"" + name + "@" + database + "\" already exists");
    }

    static MongoServerError noSuchRole(String role, String database) {
        return new MongoServerError(31, "RoleNotFound", "Could not find role: " + role + "@" + database);
    }
}
