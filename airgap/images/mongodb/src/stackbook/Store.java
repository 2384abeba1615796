package stackbook;

import java.io.File;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.h2.mvstore.MVStore;

/**
 * The one file, and when it is written: every 100 ms, as often as MongoDB writes its journal, and
 * never in the middle of a command, so that documents and their indexes agree after a kill. Who
 * writes more than the heap should hold until then waits for the disk before he is answered.
 */
final class Store {
    private static final long COMMIT_MILLIS = 100;
    private static final long COMPACT_MILLIS = 10_000;
    /** Of the heap, 128 MiB or more: writing takes as much again, twice, for a moment. */
    private static final int UNSAVED_BYTES = 8 * 1024 * 1024;
    /** How long space that is no longer used is kept from being written over. */
    private static final int RETENTION_MILLIS = 5_000;

    final MVStore mvStore;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
    private final Thread writer = new Thread(this::writeOn, "store-writer");
    private volatile boolean open = true;

    Store(String folder) {
        // The store's own background writer would write at any moment; it is off.
        mvStore = new MVStore.Builder().fileName(new File(folder, "stackbook-mongodb.mv").getPath()).autoCommitDisabled().cacheSize(16).open();
        mvStore.setAutoCommitDelay(0);
        mvStore.setRetentionTime(RETENTION_MILLIS);
        writer.setDaemon(true);
        writer.start();
    }

    <T> T change(Supplier<T> command) {
        lock.readLock().lock();
        try {
            return command.get();
        } finally {
            lock.readLock().unlock();
            if (mvStore.getUnsavedMemory() > UNSAVED_BYTES) commit();
        }
    }

    /** Written when it returns. */
    void commit() {
        lock.writeLock().lock();
        try {
            if (open && mvStore.hasUnsavedChanges()) mvStore.commit();
        } finally {
            lock.writeLock().unlock();
        }
    }

    void close() {
        lock.writeLock().lock();
        try {
            if (!open) return;
            open = false;
            mvStore.commit();
            mvStore.close(2000);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void writeOn() {
        long lastCompaction = System.currentTimeMillis();
        long versionThen = mvStore.getCurrentVersion();
        while (open) {
            try {
                Thread.sleep(COMMIT_MILLIS);
                commit();
                if (System.currentTimeMillis() - lastCompaction < COMPACT_MILLIS) continue;
                lastCompaction = System.currentTimeMillis();
                if (mvStore.getCurrentVersion() != versionThen) compact();
                versionThen = mvStore.getCurrentVersion();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                // A store that can't be written must not go on answering as if it were.
                Log.write("the data could not be written, stopping", "error", e);
                Runtime.getRuntime().halt(14);
            }
        }
    }

    /** Every write appends; without this the file grows for ever. */
    private void compact() {
        lock.writeLock().lock();
        try {
            if (open) mvStore.compact(70, 16 * 1024 * 1024);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
