package stackbook;

import java.util.Collection;
import java.util.Map;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import org.h2.mvstore.type.ObjectDataType;

/**
 * Keys and documents as H2 writes them, weighed one by one. H2 itself takes every document for
 * 10 kB until some have been written, so its cache of 16 MiB held many times that when
 * collections were filled quickly, and the server died of it.
 */
final class WeighedType extends ObjectDataType {
    /** Bytes of a small object, and of what a map or a list keeps for an entry, on a 64-bit heap; rather too much than too little. */
    private static final int OBJECT = 32;
    private static final int ENTRY = 56;

    @Override
    public boolean isMemoryEstimationAllowed() {
        return false;
    }

    @Override
    public int getMemory(Object value) {
        return (int) Math.min(Integer.MAX_VALUE, weigh(value));
    }

    private static long weigh(Object value) {
        if (value instanceof String text) return OBJECT + 2L * text.length();
        if (value instanceof byte[] bytes) return OBJECT + bytes.length;
        if (value instanceof BinData data) return OBJECT + weigh(data.getData());
        if (value instanceof Document document) {
            long sum = 2 * OBJECT;
            for (Map.Entry<String, Object> field : document.entrySet()) sum += ENTRY + weigh(field.getKey()) + weigh(field.getValue());
            return sum;
        }
        if (value instanceof Collection<?> items) {
            long sum = 2 * OBJECT;
            for (Object item : items) sum += ENTRY + weigh(item);
            return sum;
        }
        return OBJECT;
    }
}
