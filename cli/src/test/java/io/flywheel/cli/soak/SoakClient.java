package io.flywheel.cli.soak;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes without end, in the two ways that keep every write: adding to a set that others add to as
 * well (read, merge the siblings, write with the context), and a key of its own under an
 * idempotency key, tried again elsewhere until it is acknowledged.
 */
final class SoakClient {
  private static final int SETS = 16;
  private static final int MOST_MEMBERS = 60;
  private static final int ATTEMPTS = 20;

  private final String name;
  private final List<NodeAddress> nodes;
  private final Ledger ledger;
  private final SplittableRandom random;
  private final Thread thread;
  private volatile boolean finished;
  private long count;

  SoakClient(String name, List<NodeAddress> nodes, Ledger ledger, SplittableRandom random) {
    this.name = name;
    this.nodes = nodes;
    this.ledger = ledger;
    this.random = random;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void finish() throws InterruptedException {
    finished = true;
    thread.join();
  }

  private void run() {
    while (!finished) {
      count++;
      ledger.whileNobodyVerifies(
          () -> {
            if (random.nextBoolean()) {
              addToSet(name + "." + count);
            } else {
              writeOwn(name + "-" + count);
            }
          });
    }
  }

  /** What the values of a set key hold together. */
  static Set<String> members(Json found) {
    Set<String> members = new TreeSet<>();
    for (Json version : versions(found)) {
      for (String member : version.get("value").text().split(" ", -1)) {
        if (!member.isEmpty()) {
          members.add(member);
        }
      }
    }
    return members;
  }

  private static List<Json> versions(Json found) {
    List<Json> siblings = found.get("versions").items();
    return siblings.isEmpty() ? List.of(found) : siblings;
  }

  private void addToSet(String member) {
    int slot = random.nextInt(SETS);
    String key = ledger.setKey(slot);
    try {
      Answer found = anyNode().send(Request.of("GET", "/kv/" + key));
      if (found.status() != 200 && found.status() != 300 && found.status() != 404) {
        return;
      }
      Set<String> members = found.status() == 404 ? new TreeSet<>() : members(found.json());
      if (members.size() >= MOST_MEMBERS) {
        ledger.closeSet(slot, key);
        return;
      }
      members.add(member);
      String context = found.json().get("context").textOrNull();
      String value = String.join(" ", members);
      Answer answer = anyNode().send(put(key, value, context));
      if (answer.status() == 200) {
        ledger.acknowledgeMember(key, member);
      } else {
        ledger.countOther("status " + answer.status());
      }
    } catch (IOException e) {
      ledger.countOther("no answer");
      leaveTheMachineToTheNodes();
    }
  }

  private void writeOwn(String key) {
    String value = key + "-" + random.nextLong();
    Request put = put(key, value, null).header("Idempotency-Key", "op-" + key + "-" + ledger.run());
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        if (anyNode().send(put).status() == 200) {
          ledger.acknowledgeOwn(key, value);
          return;
        }
      } catch (IOException e) {
        // Once more, elsewhere: the idempotency key makes it the same write.
        leaveTheMachineToTheNodes();
      }
    }
    ledger.countOther("given up");
  }

  private static void leaveTheMachineToTheNodes() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
  }

  private static Request put(String key, String value, @Nullable String context) {
    String covered = context == null ? "" : ",\"context\":\"" + context + "\"";
    String json = "{\"value\":\"" + value + "\"" + covered + "}";
    return Request.of("PUT", "/kv/" + key).json(json.getBytes(StandardCharsets.UTF_8));
  }

  private NodeClient anyNode() {
    return new NodeClient(nodes.get(random.nextInt(nodes.size())));
  }
}
