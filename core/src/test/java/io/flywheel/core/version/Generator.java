package io.flywheel.core.version;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes states that can really come about: a few replicas of one key that write with contexts that
 * clients have read somewhere, and exchange states in any order.
 */
final class Generator {
  private final SplittableRandom random;
  private final Conflicts conflicts;
  private final List<Siblings> replicas = new ArrayList<>();
  private final List<Context> contexts = new ArrayList<>();
  private long clock = 1000;

  Generator(long seed, Conflicts conflicts) {
    this.random = new SplittableRandom(seed);
    this.conflicts = conflicts;
    contexts.add(Context.EMPTY);
  }

  /** The states of all replicas, after some steps. */
  List<Siblings> replicas(int count, int steps) {
    for (int i = 0; i < count; i++) {
      replicas.add(Siblings.NONE);
    }
    for (int i = 0; i < steps; i++) {
      step();
    }
    return replicas;
  }

  /** The state, perhaps with another value, kind, type, end or request under some of its dots. */
  Siblings decayed(Siblings state) {
    var living = new ArrayList<Sibling>();
    for (Sibling sibling : state.living()) {
      var dot = sibling.dot();
      living.add(
          switch (random.nextInt(6)) {
            case 0 -> Sibling.tombstone(dot);
            case 1 -> Sibling.value(dot, Bytes.utf8("decayed"), "", sibling.expiryMillis());
            case 2 -> Sibling.value(dot, sibling.value(), "text/plain", sibling.expiryMillis());
            case 3 -> Sibling.value(dot, sibling.value(), "", random.nextInt(2) * 7L);
            default -> sibling;
          });
    }
    var requests = new ArrayList<AppliedRequest>();
    for (AppliedRequest request : state.requests()) {
      long digest = request.operationDigest() + random.nextInt(2);
      requests.add(new AppliedRequest(request.id(), digest, request.dot()));
    }
    return new Siblings(state.context(), living, AppliedRequests.of(requests));
  }

  private void step() {
    int at = random.nextInt(replicas.size());
    var state = replicas.get(at);
    switch (random.nextInt(4)) {
      case 0 -> replicas.set(at, state.merge(any(replicas), conflicts));
      case 1 -> contexts.add(state.context());
      default -> put(at, state);
    }
  }

  private void put(int at, Siblings state) {
    var read = any(contexts);
    clock = Math.max(clock, Math.max(state.context().newestStamp(), read.newestStamp()));
    long stamp = clock + 1 + random.nextInt(3);
    clock = stamp;
    var youngest = state.context().vector().youngest(at, 0);
    var actor = youngest == null ? new Actor(at, stamp) : youngest;
    var dot = new Dot(actor, stamp);
    var sibling =
        random.nextInt(5) == 0
            ? Sibling.tombstone(dot)
            : Sibling.value(dot, Bytes.utf8("v" + stamp), "", random.nextInt(3) * 5000L);
    var request =
        random.nextBoolean() ? null : new AppliedRequest(new RequestId(stamp, at), 7, dot);
    contexts.add(state.contextAfterPut(read, dot));
    replicas.set(at, state.put(read, sibling, request, conflicts));
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
