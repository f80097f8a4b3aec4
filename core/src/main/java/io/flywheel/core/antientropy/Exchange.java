package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.message.Message.GroupSums;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Message.SliceKeys;
import io.flywheel.core.message.Message.SliceKeysReply;
import io.flywheel.core.message.Message.TreeSums;
import io.flywheel.core.message.Message.TreeSumsReply;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Fingerprint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes this node and one other replica equal in the partitions that they share (Dynamo 4.7).
 *
 * <p>Comparing: the sums of groups of 64 partitions first, then, where they differ, those of their
 * eighths, of single partitions, of the eighths of these, and so on down to the finest that both
 * can compare. Listing: where the finest sums differ, both sides' keys with the fingerprints of
 * their records, a page at a time. Checking: each key in which the lists differ, by {@link
 * KeyCheck}. It goes deep before it goes on, so that what waits stays small. One question of each
 * kind is under way at a time; keys are checked side by side, as far as the budget goes.
 *
 * <p>It does nothing that would be wrong if it were interrupted anywhere, or repeated.
 */
final class Exchange {
  static final long PATIENCE_MILLIS = 5_000;

  /** A power of {@link MerkleTree#STEP}, so that parts of groups end with single partitions. */
  private static final int LARGEST_GROUP = 64;

  private static final int MAX_SLICES_AT_ONCE = 1024;
  private static final int MAX_CHECKS = 32;

  /** What it costs here and there to compare sums. */
  private static final long QUESTION_BYTES = 2048;

  /** What it costs to read a key's record for its fingerprint, and to send that. */
  private static final long LISTED_KEY_BYTES = 256;

  private static final long WATCH_MILLIS = 1_000;
  private static final long MAX_MILLIS = 30_000;

  private final Equipment with;
  private final Peers peers;
  private final NodeId peer;
  private final LongSupplier requests;
  private final Runnable whenEnded;
  private final List<Integer> shared;
  private final ArrayDeque<Group> groupsToCompare = new ArrayDeque<>();
  private final ArrayDeque<Slice> toCompare = new ArrayDeque<>();
  private final ArrayDeque<Slice> toList = new ArrayDeque<>();
  private final ArrayDeque<Key> suspects = new ArrayDeque<>();
  private final TreeMap<Long, KeyCheck> checks = new TreeMap<>();
  private final long startedMillis;

  /** The question under way; 0 for none. */
  private long asked;

  private long askedMillis;

  private List<Group> groupsCompared = List.of();
  private List<Slice> compared = List.of();
  private @Nullable Slice listed;
  private long listedFrom;
  private @Nullable KeyPage own;
  private @Nullable KeyPage theirs;
  private boolean paging;
  private boolean busy;
  private boolean pausing;
  private boolean ended;
  private long lastHeardMillis;
  private long keysMoved;

  /** So many of the shared partitions, in their order, and which of these groups it is. */
  private record Group(int size, int number) {}

  /** {@code requests} gives each question its number. */
  Exchange(
      Equipment equipment, Peers peers, NodeId peer, LongSupplier requests, Runnable whenEnded) {
    this.with = equipment;
    this.peers = peers;
    this.peer = peer;
    this.requests = requests;
    this.whenEnded = whenEnded;
    shared = equipment.shared().with(peers, peer);
    int groups = (shared.size() + LARGEST_GROUP - 1) / LARGEST_GROUP;
    for (int group = 0; group < groups; group++) {
      groupsToCompare.add(new Group(LARGEST_GROUP, group));
    }
    startedMillis = now();
    lastHeardMillis = startedMillis;
  }

  NodeId peer() {
    return peer;
  }

  /** Of the ring by which it goes. */
  long epoch() {
    return peers.epoch();
  }

  void start() {
    watch();
    goOn();
  }

  /** Ends it, wherever it is. */
  void stop() {
    if (!ended) {
      ended = true;
      checks.clear();
      whenEnded.run();
    }
  }

  private void watch() {
    if (!ended) {
      if (now() - lastHeardMillis > PATIENCE_MILLIS) {
        stop();
        return;
      }
      with.schedule().at(now() + WATCH_MILLIS, _ -> watch(), 0);
    }
  }

  private void goOn() {
    if (busy) {
      return;
    }
    busy = true;
    boolean more = true;
    while (more && !ended) {
      more = step();
    }
    busy = false;
  }

  /** Does the next thing that can be done; false where there is nothing but to wait. */
  private boolean step() {
    if (pausing || pauses()) {
      return false;
    }
    if (!suspects.isEmpty() && checks.size() < MAX_CHECKS) {
      check(suspects.remove());
      return true;
    }
    if (asked != 0 || paging || suspects.size() > MAX_CHECKS) {
      return false;
    }
    if (listed != null) {
      askForKeys(listed);
      return false;
    }
    // After so long the other replicas have their turn; what is left is found again.
    boolean late = now() - startedMillis > MAX_MILLIS;
    var slice = late ? null : toList.poll();
    if (slice != null) {
      listed = slice;
      listedFrom = slice.startHash(with.trees().partitions());
      return true;
    }
    if (!late && !toCompare.isEmpty()) {
      return !compare();
    }
    if (!late && !groupsToCompare.isEmpty()) {
      return !compareGroups();
    }
    if (checks.isEmpty()) {
      finish();
    }
    return false;
  }

  private void finish() {
    with.counts().exchanges++;
    with.counts().quietExchanges += keysMoved == 0 ? 1 : 0;
    stop();
  }

  /** Waits for the budget, which is small while this node has much else to do. */
  private boolean pauses() {
    long wait = with.budget().millisUntilAny();
    if (wait == 0) {
      return false;
    }
    pausing = true;
    with.schedule()
        .at(
            now() + wait,
            _ -> {
              pausing = false;
              lastHeardMillis = now();
              goOn();
            },
            0);
    return true;
  }

  /** Partitions of a group of so many, by its number. */
  static List<Integer> group(List<Integer> shared, int size, int number) {
    long from = Math.min((long) size * number, shared.size());
    return shared.subList((int) from, (int) Math.min(from + size, shared.size()));
  }

  /** Whether a question went out. All groups in it have one size. */
  private boolean compareGroups() {
    var groups = new ArrayList<Group>();
    var sums = new ArrayList<Fingerprint>();
    int size = groupsToCompare.getFirst().size();
    while (!groupsToCompare.isEmpty()
        && groupsToCompare.getFirst().size() == size
        && groups.size() < MAX_SLICES_AT_ONCE) {
      var group = groupsToCompare.remove();
      var sum = with.trees().sum(group(shared, size, group.number()));
      if (sum == null) {
        part(group); // a tree is missing here; the others can be compared
      } else {
        groups.add(group);
        sums.add(sum);
      }
    }
    if (groups.isEmpty()) {
      return false;
    }
    groupsCompared = groups;
    asked = requests.getAsLong();
    askedMillis = now();
    with.budget().spend(QUESTION_BYTES);
    var numbers = groups.stream().map(Group::number).toList();
    peers.send(peer, new GroupSums(asked, size, numbers, sums));
    return true;
  }

  /** Compares a group's parts. */
  private void part(Group group) {
    int size = group.size() / MerkleTree.STEP;
    for (int part = MerkleTree.STEP - 1; part >= 0; part--) {
      int number = group.number() * MerkleTree.STEP + part;
      for (int partition : group(shared, size, number)) {
        if (size == 1) {
          toCompare.addFirst(new Slice(partition, 1, 0));
        } else {
          groupsToCompare.add(new Group(size, number));
          break;
        }
      }
    }
  }

  /** Whether a question went out. */
  private boolean compare() {
    var slices = new ArrayList<Slice>();
    var sums = new ArrayList<Fingerprint>();
    while (!toCompare.isEmpty() && slices.size() < MAX_SLICES_AT_ONCE) {
      var slice = toCompare.remove();
      var sum = with.trees().sum(slice);
      if (sum != null) {
        slices.add(slice);
        sums.add(sum);
      }
    }
    if (slices.isEmpty()) {
      return false;
    }
    compared = slices;
    asked = requests.getAsLong();
    askedMillis = now();
    with.budget().spend(QUESTION_BYTES);
    peers.send(peer, new TreeSums(asked, slices, sums));
    return true;
  }

  void replied(TreeSumsReply reply) {
    int questions = groupsCompared.size() + compared.size();
    boolean awaited = asked != 0 && reply.request() == asked;
    if (!awaited || reply.answers().size() != questions) {
      return;
    }
    asked = 0;
    lastHeardMillis = now();
    for (int i = groupsCompared.size() - 1; i >= 0; i--) {
      compared(groupsCompared.get(i), reply.answers().get(i));
    }
    groupsCompared = List.of();
    for (int i = compared.size() - 1; i >= 0; i--) {
      compared(compared.get(i), reply.answers().get(i));
    }
    compared = List.of();
    goOn();
  }

  private void compared(Group group, int answer) {
    if (answer != TreeSumsReply.EQUAL) {
      part(group);
      return;
    }
    for (int partition : group(shared, group.size(), group.number())) {
      with.proofs().equal(peers, partition, peer, askedMillis);
    }
  }

  private void compared(Slice slice, int answer) {
    var tree = with.trees().tree(slice.partition());
    if (answer == TreeSumsReply.EQUAL) {
      if (slice.width() == 1) {
        with.proofs().equal(peers, slice.partition(), peer, askedMillis);
      }
    } else if (answer != TreeSumsReply.UNKNOWN && tree != null) {
      int factor = MerkleTree.STEP;
      if (slice.width() * factor <= Math.min(answer, tree.width())) {
        for (int part = factor - 1; part >= 0; part--) {
          toCompare.addFirst(slice.child(factor, part));
        }
      } else {
        toList.addFirst(slice);
      }
    }
  }

  private void askForKeys(Slice slice) {
    long from = listedFrom;
    long request = requests.getAsLong();
    asked = request;
    paging = true;
    peers.send(peer, new SliceKeys(request, slice, from));
    with.scanner()
        .scan(
            Table.DATA,
            StorageKey.at(from),
            StorageKey.before(slice.endHash(with.trees().partitions())),
            KeyPage.MAX_ENTRIES,
            KeyPage.MAX_BYTES,
            result -> {
              own =
                  switch (result) {
                    // Then each of the other's keys is looked at here by itself.
                    case Scanned.Failed _ -> KeyPage.EMPTY;
                    case Scanned.Page page ->
                        KeyPage.of(page, from, with.fingerprints(), with.replica());
                  };
              listCompleted();
            });
  }

  void replied(SliceKeysReply reply) {
    boolean awaited = asked != 0 && reply.request() == asked;
    if (!awaited || reply.keys().size() != reply.fingerprints().size()) {
      return;
    }
    asked = 0;
    lastHeardMillis = now();
    theirs = new KeyPage(reply.keys(), reply.fingerprints(), reply.nextHash());
    listCompleted();
  }

  private void listCompleted() {
    var slice = listed;
    if (own == null || theirs == null || slice == null || ended) {
      return;
    }
    int partitions = with.trees().partitions();
    long listedKeys = (long) own.keys().size() + theirs.keys().size();
    with.budget().spend(listedKeys * LISTED_KEY_BYTES);
    long end = KeyPage.nearer(own.nextHash(), theirs.nextHash());
    for (Key key : own.differing(theirs, end)) {
      if (with.trees().partitionOf(key.hashHigh()) == slice.partition()) {
        suspects.add(key);
      }
    }
    boolean goesOn =
        end != 0
            && Long.compareUnsigned(end, listedFrom) > 0
            && KeyPage.isBefore(end, slice.endHash(partitions));
    listed = goesOn ? slice : null;
    listedFrom = end;
    own = null;
    theirs = null;
    paging = false;
    goOn();
  }

  private void check(Key key) {
    with.budget().spend(KeyCheck.OVERHEAD_BYTES);
    long request = requests.getAsLong();
    var check = new KeyCheck(with, peers, peer, key, request, () -> checked(request));
    checks.put(request, check);
    check.start();
  }

  private void checked(long request) {
    var check = checks.remove(request);
    if (check != null) {
      keysMoved += check.moved();
      if (check.peerIsBusy()) {
        stop();
      }
    }
    goOn();
  }

  void replied(ReplicaGetReply reply) {
    var check = checks.get(reply.request());
    if (check != null) {
      lastHeardMillis = now();
      check.replied(reply);
    }
  }

  void replied(ReplicaPutReply reply) {
    var check = checks.get(reply.request());
    if (check != null) {
      lastHeardMillis = now();
      check.replied(reply);
    }
  }

  private long now() {
    return with.schedule().monotonicMillis();
  }
}
