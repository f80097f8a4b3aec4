package io.flywheel.ycsb;

import io.flywheel.client.FlywheelClient;
import io.flywheel.client.Store;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The client of all threads that have the same settings; closed when the last of them leaves. */
final class SharedClient {
  private static final int REMEMBERED_KEYS = 100_000;

  private static final ConcurrentHashMap<String, Boolean> TOLD = new ConcurrentHashMap<>();
  private static final ConcurrentHashMap<Settings, SharedClient> CLIENTS =
      new ConcurrentHashMap<>();

  private final Settings settings;
  private final FlywheelClient client;
  private final Store<byte[]> store;
  private int threads;

  private SharedClient(Settings settings) {
    this.settings = settings;
    this.client =
        FlywheelClient.builder()
            .addresses(settings.hosts().toArray(String[]::new))
            .timeout(settings.timeout())
            .rememberedContexts(settings.needsContexts() ? REMEMBERED_KEYS : 0)
            .build();
    this.store = client.namespace(settings.namespace());
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

  /** The records; one for all threads, so that their updates of one record go together. */
  Store<byte[]> store() {
    return store;
  }

  /** Once for each reason: YCSB counts failures, and says nothing of what they were. */
  static void complain(String reason, Exception failure) {
    if (TOLD.putIfAbsent(reason, true) == null) {
      System.err.println("flywheel: " + reason + ": " + failure.getMessage());
    }
  }
}
