package io.flywheel.cli.soak;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.NotConnectedException;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Adds an element of its own to one set after the other, for as long as it is let: reads, merges
 * all siblings, writes the union with the context of what it read. It stays with one node,
 * whichever side of a cut that is on, and goes to the next only while nothing listens there. It
 * wants two copies on disk, and where it is told that there are not two nodes to hold them it takes
 * one.
 */
final class SetClient {
  private static final int ANSWER_MILLIS = 3_000;
  private static final int HOME_EVERY = 20;

  private final String name;
  private final List<NodeAddress> nodes;
  private final List<String> paths;
  private final SetLedger ledger;
  private final SplittableRandom random;
  private final Thread thread;
  private final int home;
  private int node;
  private volatile boolean finished;

  /**
   * @param paths of the sets, as {@code /kv/set-1}
   */
  SetClient(
      String name,
      List<NodeAddress> nodes,
      int home,
      List<String> paths,
      SetLedger ledger,
      SplittableRandom random) {
    this.name = name;
    this.nodes = nodes;
    this.home = home;
    this.node = home;
    this.paths = paths;
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
    for (int count = 0; !finished; count++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextLong(20, 200)));
      node = count % HOME_EVERY == 0 ? home : node;
      String path = paths.get(random.nextInt(paths.size()));
      try {
        ledger.count(add(path, name + "." + count));
      } catch (NotConnectedException e) {
        ledger.count("not connected");
        node = (node + 1) % nodes.size();
      } catch (IOException e) {
        ledger.count("no answer");
      }
    }
  }

  private String add(String path, String element) throws IOException {
    Answer found = send(Request.of("GET", path));
    if (found.status() >= 500) {
      found = send(Request.of("GET", path).header("R", "1"));
    }
    if (found.status() != 200 && found.status() != 300 && found.status() != 404) {
      return "read " + found.status();
    }
    Set<String> elements = new TreeSet<>(SoakClient.members(found.json()));
    elements.add(element);
    String context = found.json().get("context").text();
    String covered = context.isEmpty() ? "" : ",\"context\":\"" + context + "\"";
    String json = "{\"value\":\"" + String.join(" ", elements) + "\"" + covered + "}";
    Request put = Request.of("PUT", path).json(json.getBytes(StandardCharsets.UTF_8));
    Answer answer = send(put.header("W", "2"));
    String copies = "W=2";
    if (answer.status() == 503) {
      answer = send(put.header("W", "1"));
      copies = "W=1";
    }
    if (answer.status() == 200) {
      ledger.acknowledge(path, element);
    }
    return copies + " " + answer.status();
  }

  private Answer send(Request request) throws IOException {
    return new NodeClient(nodes.get(node)).send(request.answerWithin(ANSWER_MILLIS));
  }
}
