package io.flywheel.ycsb;

import io.flywheel.client.FlywheelClient;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The client of all threads that have the same settings; closed when the last of them leaves. */
final class SharedClient {
  private static final int REMEMBERED_KEYS = 100_000;
  private static final int LOCKS = 1 << 12;

  private static final Lock[] KEY_LOCKS = locks();
  private static final ConcurrentHashMap<String, Boolean> TOLD = new ConcurrentHashMap<>();
  private static final ConcurrentHashMap<Settings, SharedClient> CLIENTS =
      new ConcurrentHashMap<>();

  private final Settings settings;
  private final FlywheelClient client;
  private int threads;

  private SharedClient(Settings settings) {
    this.settings = settings;
    this.client =
        FlywheelClient.builder()
            .addresses(settings.hosts().toArray(String[]::new))
            .timeout(settings.timeout())
            .rememberedContexts(settings.needsContexts() ? REMEMBERED_KEYS : 0)
            .build();
  }

  static SharedClient join(Settings settings) {
    return CLIENTS.compute(settings, SharedClient::joined);
  }

  private static SharedClient joined(Settings settings, @Nullable SharedClient known) {
    SharedClient client = known == null ? new SharedClient(settings) : known;
    client.threads++;
    return client;
  }

  void leave() {
    CLIENTS.computeIfPresent(settings, (own, client) -> client.left());
  }

  private @Nullable SharedClient left() {
    threads--;
    if (threads > 0) {
      return this;
    }
    client.close();
    return null;
  }

  FlywheelClient client() {
    return client;
  }

  /** For those who change the record under a key; other keys may have the same. */
  static Lock lock(String key) {
    int hash = key.hashCode();
    return KEY_LOCKS[(hash ^ hash >>> 16) & LOCKS - 1];
  }

  private static Lock[] locks() {
    return Arrays.stream(new Lock[LOCKS]).map(none -> new ReentrantLock()).toArray(Lock[]::new);
  }

  /** Once for each reason: YCSB counts failures, and says nothing of what they were. */
  static void complain(String reason, Exception failure) {
    if (TOLD.putIfAbsent(reason, true) == null) {
      System.err.println("flywheel: " + reason + ": " + failure.getMessage());
    }
  }
}
