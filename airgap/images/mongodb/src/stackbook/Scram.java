package stackbook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side: one object is one conversation. */
final class Scram {
    static final String MECHANISM = "SCRAM-SHA-256";
    /** MongoDB's own default. */
    private static final int ITERATIONS = 15_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** What is kept of a password: enough to check it, not enough to log in with. */
    record Credentials(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {

        static Credentials of(String password) {
            return of(password, random(28), ITERATIONS);
        }

        static Credentials of(String password, byte[] salt, int iterations) {
            byte[] salted = stretch(password, salt, iterations);
            return new Credentials(salt, iterations, sha256(hmac(salted, "Client Key")), hmac(salted, "Server Key"));
        }

        /** Stands in for a user that doesn't exist, so that one can't be told from a wrong password. */
        static Credentials nobody(byte[] serverSecret, String user) {
            byte[] salt = java.util.Arrays.copyOf(hmac(serverSecret, user), 28);
            return new Credentials(salt, ITERATIONS, random(32), random(32));
        }
    }

    private final Credentials credentials;
    private final String clientFirstBare;
    private final String nonce;
    private final String serverFirst;

    /** Starts a conversation; `first` is the client's first message, already read by {@link #userOf}. */
    Scram(String first, Credentials credentials) {
        this.credentials = credentials;
        this.clientFirstBare = bare(first);
        this.nonce = required(attributes(clientFirstBare), "r") + Base64.getEncoder().encodeToString(random(24));
        this.serverFirst = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(credentials.salt()) + ",i=" + credentials.iterations();
    }

    static String userOf(String first) {
        return required(attributes(bare(first)), "n").replace("=2C", ",").replace("=3D", "=");
    }

    String serverFirst() {
        return serverFirst;
    }

    /** The server's last message, or null when the proof is wrong. */
    String finish(String clientFinal) {
        Map<String, String> attributes = attributes(clientFinal);
        int proofAt = clientFinal.lastIndexOf(",p=");
        if (proofAt < 0 || !nonce.equals(attributes.get("r")) || !"biws".equals(attributes.get("c"))) return null;
        String authMessage = clientFirstBare + "," + serverFirst + "," + clientFinal.substring(0, proofAt);
        byte[] proof = Base64.getDecoder().decode(required(attributes, "p"));
        byte[] signature = hmac(credentials.storedKey(), authMessage);
        if (proof.length != signature.length) return null;
        byte[] clientKey = new byte[proof.length];
        for (int i = 0; i < proof.length; i++) clientKey[i] = (byte) (proof[i] ^ signature[i]);
        if (!MessageDigest.isEqual(sha256(clientKey), credentials.storedKey())) return null;
        return "v=" + Base64.getEncoder().encodeToString(hmac(credentials.serverKey(), authMessage));
    }

    /** Without the channel-binding header, of which only "no binding" is offered. */
    private static String bare(String first) {
        if (!first.startsWith("n,,")) throw new IllegalArgumentException("channel binding and authorization identities are not supported");
        return first.substring(3);
    }

    private static Map<String, String> attributes(String message) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (String part : message.split(","))
            if (part.length() > 1 && part.charAt(1) == '=') attributes.put(part.substring(0, 1), part.substring(2));
        return attributes;
    }

    private static String required(Map<String, String> attributes, String name) {
        String value = attributes.get(name);
        if (value == null) throw new IllegalArgumentException("SCRAM message without " + name + "=");
        return value;
    }

    /** SASLprep is, for the characters passwords are made of, Unicode's compatibility form. */
    private static byte[] stretch(String password, byte[] salt, int iterations) {
        try {
            char[] prepared = Normalizer.normalize(password, Normalizer.Form.NFKC).toCharArray();
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(new PBEKeySpec(prepared, salt, iterations, 256)).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
