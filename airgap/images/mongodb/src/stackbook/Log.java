package stackbook;

import java.time.Instant;

/** One JSON object a line, like mongod's. Never a document or a password. */
final class Log {
    private Log() {}

    static void write(String message, Object... attributes) {
        StringBuilder line = new StringBuilder("{\"t\":\"").append(Instant.now()).append("\",\"msg\":").append(quote(message));
        for (int i = 0; i + 1 < attributes.length; i += 2) line.append(',').append(quote(attributes[i])).append(':').append(quote(attributes[i + 1]));
        System.out.println(line.append('}'));
    }

    private static String quote(Object value) {
        if (value instanceof Number) return value.toString();
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : String.valueOf(value).toCharArray()) {
            if (c == '"' || c == '\\') quoted.append('\\').append(c);
            else if (c < ' ') quoted.append(String.format("\\u%04x", (int) c));
            else quoted.append(c);
        }
        return quoted.append('"').toString();
    }
}
