package io.flywheel.cli.soak;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** What was acknowledged, and whether it is still there. */
final class Ledger {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final long run = System.nanoTime();
  private final Map<Integer, Integer> generations = new TreeMap<>();
  private final Map<String, Set<String>> sets = new TreeMap<>();
  private final Map<String, String> owns = new TreeMap<>();
  private final Set<String> recent = new TreeSet<>();
  private long acknowledged;
  private final Map<String, Long> others = new TreeMap<>();
  private final ReadWriteLock verifying = new ReentrantReadWriteLock();

  /** Sets this run apart from others on the same data. */
  long run() {
    return run;
  }

  /** The key that collects the members of a slot at present. */
  synchronized String setKey(int slot) {
    return "set-" + slot + "-" + generations.getOrDefault(slot, 0);
  }

  /** Gives the slot a new key, as the old one has enough members. */
  synchronized void closeSet(int slot, String key) {
    if (setKey(slot).equals(key)) {
      generations.merge(slot, 1, Integer::sum);
    }
  }

  synchronized void acknowledgeMember(String key, String member) {
    sets.computeIfAbsent(key, unseen -> new TreeSet<>()).add(member);
    recent.add(key);
    acknowledged++;
  }

  synchronized void acknowledgeOwn(String key, String value) {
    owns.put(key, value);
    recent.add(key);
    acknowledged++;
  }

  /** Counts a write that was not acknowledged. */
  synchronized void countOther(String why) {
    others.merge(why, 1L, Long::sum);
  }

  /** Writes, but not while others would have to wait for the machine in order to read. */
  void whileNobodyVerifies(Runnable write) {
    verifying.readLock().lock();
    try {
      write.run();
    } finally {
      verifying.readLock().unlock();
    }
  }

  synchronized long acknowledged() {
    return acknowledged;
  }

  synchronized String others() {
    return others.toString();
  }

  /** Reads what was written since it was last called, and answers what is gone. */
  List<String> verifyRecent(List<NodeAddress> nodes) {
    Set<String> keys;
    synchronized (this) {
      keys = new TreeSet<>(recent);
      recent.clear();
    }
    return verify(keys, nodes);
  }

  List<String> verifyAll(List<NodeAddress> nodes) {
    Set<String> keys = new TreeSet<>();
    synchronized (this) {
      keys.addAll(sets.keySet());
      keys.addAll(owns.keySet());
    }
    return verify(keys, nodes);
  }

  private List<String> verify(Set<String> keys, List<NodeAddress> nodes) {
    verifying.writeLock().lock();
    try {
      List<String> lost = new ArrayList<>();
      int turn = 0;
      for (String key : keys) {
        Set<String> missing = new TreeSet<>(expected(key));
        missing.removeAll(SoakClient.members(read(key, nodes, turn++)));
        missing.forEach(member -> lost.add(member + " of " + key));
      }
      return lost;
    } finally {
      verifying.writeLock().unlock();
    }
  }

  private synchronized Set<String> expected(String key) {
    String own = owns.get(key);
    return own != null ? Set.of(own) : new TreeSet<>(sets.getOrDefault(key, Set.of()));
  }

  private static Json read(String key, List<NodeAddress> nodes, int turn) {
    long since = System.nanoTime();
    for (int attempt = turn; System.nanoTime() - since < PATIENCE_NANOS; attempt++) {
      try {
        Request get = Request.of("GET", "/kv/" + key);
        Answer answer = new NodeClient(nodes.get(attempt % nodes.size())).send(get);
        if (answer.status() < 400) {
          return answer.json();
        }
        if (answer.status() == 404) {
          return Json.NOTHING;
        }
      } catch (IOException e) {
        // The next node may answer.
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    throw new AssertionError(key + " cannot be read for half a minute");
  }
}
