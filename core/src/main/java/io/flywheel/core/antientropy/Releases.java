package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.ReleaseAnswer;
import io.flywheel.core.message.Message.ReleaseAsk;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.version.Fingerprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the owners of partitions that this node does not own any more which of the records left here
 * they have just like this, on their disks. Fingerprints go out, not records, so that what has been
 * copied once is not sent again to be dropped.
 */
final class Releases {
  private static final int MOST_KEYS_AT_ONCE = 256;
  private static final long GATHER_MILLIS = 10;
  private static final long PATIENCE_MILLIS = 5_000;

  /** Whoever has such records. */
  interface Listener {
    /** All owners have this state of the key. */
    void held(Key key, Fingerprint state);

    /** These do not, or not just like this. */
    void missing(Key key, Fingerprint state, List<NodeId> owners);

    /** Not all of them have said so: nobody knows. */
    void unanswered(Key key);
  }

  private final Schedule schedule;
  private final Supplier<@Nullable Peers> peers;
  private final Listener listener;
  private final TreeMap<Key, Fingerprint> gathered = new TreeMap<>();
  private final Map<Long, Question> underWay = new HashMap<>();
  private long lastRequest;
  private boolean gathering;

  Releases(
      Schedule schedule, Supplier<@Nullable Peers> peers, long firstRequest, Listener listener) {
    this.schedule = schedule;
    this.peers = peers;
    this.lastRequest = firstRequest;
    this.listener = listener;
  }

  /** Asks about it, together with others that come soon. */
  void ask(Key key, Fingerprint state) {
    gathered.put(key, state);
    if (!gathering) {
      gathering = true;
      schedule.at(schedule.monotonicMillis() + GATHER_MILLIS, _ -> askAll(), 0);
    }
  }

  private void askAll() {
    gathering = false;
    var all = new TreeMap<>(gathered);
    gathered.clear();
    var present = peers.get();
    if (present == null) {
      all.keySet().forEach(listener::unanswered);
      return;
    }
    // Keys with the same owners go together.
    var byOwners = new LinkedHashMap<List<NodeId>, Question>();
    all.forEach(
        (key, state) -> {
          var owners = List.copyOf(present.readers(key));
          var question = byOwners.get(owners);
          if (question == null) {
            question = new Question(present, owners);
            byOwners.put(owners, question);
          }
          question.keys.add(key);
          question.states.add(state);
          if (question.keys.size() == MOST_KEYS_AT_ONCE) {
            byOwners.remove(owners);
            question.send();
          }
        });
    byOwners.values().forEach(Question::send);
  }

  void answered(NodeId from, ReleaseAnswer answer) {
    var question = underWay.get(answer.request());
    if (question != null) {
      question.answered(from, answer.held());
    }
  }

  private void expire(long request) {
    var question = underWay.remove(request);
    if (question != null) {
      question.keys.forEach(listener::unanswered);
    }
  }

  /** Some keys with the same owners. */
  private final class Question {
    private final Peers present;
    private final List<NodeId> owners;
    private final List<Key> keys = new ArrayList<>();
    private final List<Fingerprint> states = new ArrayList<>();
    private final TreeMap<NodeId, TreeSet<Integer>> answers = new TreeMap<>();
    private long request;

    private Question(Peers present, List<NodeId> owners) {
      this.present = present;
      this.owners = owners;
    }

    private void send() {
      long now = schedule.monotonicMillis();
      if (!owners.stream().allMatch(owner -> present.mayAnswer(owner, now))) {
        keys.forEach(listener::unanswered);
        return;
      }
      request = ++lastRequest;
      underWay.put(request, this);
      schedule.at(now + PATIENCE_MILLIS, Releases.this::expire, request);
      for (NodeId owner : owners) {
        present.send(owner, new ReleaseAsk(request, List.copyOf(keys), List.copyOf(states)));
      }
    }

    private void answered(NodeId from, List<Integer> held) {
      if (!owners.contains(from)) {
        return;
      }
      answers.put(from, new TreeSet<>(held));
      if (answers.size() == owners.size()) {
        underWay.remove(request);
        conclude();
      }
    }

    @SuppressWarnings("ReferenceEquality") // made anew with every change
    private void conclude() {
      boolean asBefore = peers.get() == present;
      for (int i = 0; i < keys.size(); i++) {
        var missing = new ArrayList<NodeId>();
        for (NodeId owner : owners) {
          var has = answers.get(owner);
          if (has == null || !has.contains(i)) {
            missing.add(owner);
          }
        }
        if (!asBefore) {
          listener.unanswered(keys.get(i));
        } else if (missing.isEmpty()) {
          listener.held(keys.get(i), states.get(i));
        } else {
          listener.missing(keys.get(i), states.get(i), missing);
        }
      }
    }
  }
}
