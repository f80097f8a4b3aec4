package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.handoff.BackgroundBudget;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.Reap;
import io.flywheel.core.message.Message.ReapAnswer;
import io.flywheel.core.message.Message.ReapAsk;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Owners;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Fingerprints;
import io.flywheel.core.version.Siblings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Forgets deletions, expired values and the traces of actors that write no more, once it is proven
 * that nothing can come back by it.
 *
 * <p>The proof, for a key of which this node is the first replica: all replicas say that they have
 * the same residue on disk, the last of them in era E (each names its own). Whatever state lacks it
 * was read before, in E or earlier: a message with such a label is refused by everybody who knows
 * that E is closed, and E does not close before every member has left it for good and has paid all
 * debts from it. E is at least one more than the least of these eras, as a request that a replica
 * has carried out may have been forwarded, with the label of its sender, by a member that was one
 * era ahead; delivered once more it would be a new write. So when E is closed the residue may be
 * forgotten by each replica that still has it, at any time and in any order. One that misses the
 * word brings it back to the others when they compare, and another proof is made.
 *
 * <p>While the ring changes nothing is forgotten, and what was proven before is proven anew after
 * it: a new owner may have an old state, which it kept for another so far, and has not said what it
 * has. So questions, answers and the word to forget are heeded only between nodes of one epoch, in
 * which nothing changes.
 *
 * <p>Age proves nothing here. A replica that is away keeps the era from closing, for as long as it
 * takes; so does a debt to it.
 */
public final class Reaper implements CandidateListener {
  /** How much the clocks of two members may differ, for what they say has expired. */
  public static final long SKEW_MARGIN_MILLIS = 60_000;

  private static final long ROUND_MILLIS = 250;
  private static final long PATIENCE_MILLIS = 10_000;
  private static final int MAX_KEYS = 1 << 16;
  private static final int BATCH_KEYS = 256;
  private static final int BATCH_KEY_BYTES = 64 << 10;
  private static final int MAX_ASKED = 16;

  /** Each costs a read at every replica when it is asked for, and a store when it is reaped. */
  private static final long KEYS_PER_SECOND = 4_000;

  private final Schedule schedule;
  private final LocalReplica replica;
  private final ReapWitness witness;
  private final Eras eras;
  private final Owners owners;
  private final Fingerprints fingerprints;
  private final Supplier<RecordSettings> inForce;
  private final Supplier<@Nullable Peers> peers;
  private final BackgroundBudget.Share budget;

  /** Keys that wait for a proof or, with one, for their era to close. */
  private final Set<Key> waiting = new HashSet<>();

  /** Not asked for yet, by the replicas that have to be asked. */
  private final LinkedHashMap<List<NodeId>, Batch> gathering = new LinkedHashMap<>();

  private final TreeMap<Long, Question> asked = new TreeMap<>();
  private final List<Proof> proven = new ArrayList<>();
  private long lastRequest;

  private static final class Batch {
    private final long cutoffMillis;
    private final List<Key> keys = new ArrayList<>();
    private final List<Fingerprint> residues = new ArrayList<>();
    private int keyBytes;

    private Batch(long cutoffMillis) {
      this.cutoffMillis = cutoffMillis;
    }

    private void add(Key key, Fingerprint residue) {
      keys.add(key);
      residues.add(residue);
      keyBytes += key.bytes().length();
    }

    private boolean isFull() {
      return keys.size() >= BATCH_KEYS || keyBytes >= BATCH_KEY_BYTES;
    }
  }

  private static final class Question {
    private final Batch batch;
    private final List<NodeId> replicas;
    private final TreeSet<NodeId> silent;
    private final long sinceMillis;
    private final TreeSet<Integer> matching = new TreeSet<>();
    private long era;
    private long leastEra = Long.MAX_VALUE;

    private Question(Batch batch, List<NodeId> replicas, long sinceMillis) {
      this.batch = batch;
      this.replicas = replicas;
      this.sinceMillis = sinceMillis;
      silent = new TreeSet<>(replicas);
      for (int i = 0; i < batch.keys.size(); i++) {
        matching.add(i);
      }
    }
  }

  /** All replicas had these residues on disk, in this era or before it. */
  private record Proof(long era, Batch batch, List<NodeId> replicas) {}

  /** {@code firstRequest}: where request numbers begin, elsewhere in every life. */
  public Reaper(
      Facilities facilities, ReapWitness witness, Eras eras, Owners owners, long firstRequest) {
    this.schedule = facilities.schedule();
    this.replica = facilities.replica();
    this.witness = witness;
    this.eras = eras;
    this.owners = owners;
    this.fingerprints = facilities.fingerprints();
    this.inForce = facilities.inForce();
    this.peers = facilities.peers();
    this.lastRequest = firstRequest;
    budget = facilities.background().share(KEYS_PER_SECOND);
  }

  public void start() {
    round();
  }

  /** Keys on their way to being forgotten. */
  public int waiting() {
    return waiting.size();
  }

  @Override
  public void swept(Key key, Siblings siblings, Fingerprint state) {
    var present = peers.get();
    var replicas = owners.of(key);
    if (present == null
        || present.ownership().transition() != null
        || waiting.size() >= MAX_KEYS
        || replicas.isEmpty()
        || !replicas.getFirst().equals(present.self())) {
      return;
    }
    var begun = gathering.get(replicas);
    var batch = begun == null ? new Batch(Math.max(0, cutoffMillis())) : begun;
    var residue = siblings.residue(batch.cutoffMillis);
    if (!siblings.isWorthForgetting(residue) || !waiting.add(key)) {
      return;
    }
    batch.add(key, fingerprints.of(key, residue));
    if (batch.isFull()) {
      gathering.remove(replicas);
      ask(present, batch, replicas);
    } else {
      gathering.put(replicas, batch);
    }
  }

  /** Everything that expired, or was deleted, before this is over by every member's clock. */
  private long cutoffMillis() {
    return schedule.wallMillis() - SKEW_MARGIN_MILLIS;
  }

  private void round() {
    var present = peers.get();
    long now = schedule.monotonicMillis();
    if (present != null) {
      giveUp(now);
      askAll(present);
      reapClosed(present);
    }
    schedule.at(now + ROUND_MILLIS, _ -> round(), 0);
  }

  private void giveUp(long now) {
    var questions = asked.values().iterator();
    while (questions.hasNext()) {
      var question = questions.next();
      if (now - question.sinceMillis >= PATIENCE_MILLIS) {
        questions.remove();
        question.batch.keys.forEach(waiting::remove);
      }
    }
  }

  private void askAll(Peers present) {
    var batches = gathering.entrySet().iterator();
    while (batches.hasNext() && asked.size() < MAX_ASKED && budget.millisUntilAny() == 0) {
      var entry = batches.next();
      batches.remove();
      ask(present, entry.getValue(), entry.getKey());
    }
  }

  private void ask(Peers present, Batch batch, List<NodeId> replicas) {
    long now = schedule.monotonicMillis();
    budget.spend(batch.keys.size());
    var question = new Question(batch, replicas, now);
    long request = ++lastRequest;
    asked.put(request, question);
    for (NodeId node : replicas) {
      if (node.equals(present.self())) {
        witness.asked(
            batch.cutoffMillis,
            batch.keys,
            batch.residues,
            (era, matching) ->
                answered(present.self(), new ReapAnswer(request, era, List.copyOf(matching))));
      } else {
        present.send(node, new ReapAsk(request, batch.cutoffMillis, batch.keys, batch.residues));
      }
    }
  }

  /** Other nodes own keys from now on. */
  public void ringChanged() {
    waiting.clear();
    gathering.clear();
    asked.clear();
    proven.clear();
  }

  /** A message about reaping, from a node of this epoch. */
  public void received(Peers present, NodeId from, long epoch, Message.AboutReaping message) {
    if (epoch != present.epoch() || present.ownership().transition() != null) {
      return;
    }
    switch (message) {
      case ReapAsk ask -> asked(present, from, ask);
      case ReapAnswer answer -> answered(from, answer);
      case Reap reap -> reaped(reap);
    }
  }

  private void asked(Peers present, NodeId from, ReapAsk ask) {
    witness.asked(
        ask.cutoffMillis(),
        ask.keys(),
        ask.residues(),
        (era, matching) -> present.send(from, new ReapAnswer(ask.request(), era, matching)));
  }

  private void answered(NodeId from, ReapAnswer answer) {
    var question = asked.get(answer.request());
    if (question == null || !question.silent.remove(from)) {
      return;
    }
    question.era = Math.max(question.era, answer.era());
    question.leastEra = Math.min(question.leastEra, answer.era());
    question.matching.retainAll(answer.matching());
    if (question.silent.isEmpty()) {
      asked.remove(answer.request());
      prove(question);
    }
  }

  /** Keeps what all replicas agree on, for the time when its era has closed. */
  private void prove(Question question) {
    var batch = new Batch(question.batch.cutoffMillis);
    for (int i = 0; i < question.batch.keys.size(); i++) {
      var key = question.batch.keys.get(i);
      if (question.matching.contains(i)) {
        batch.add(key, question.batch.residues.get(i));
      } else {
        waiting.remove(key);
      }
    }
    if (!batch.keys.isEmpty()) {
      // Whoever forwarded a write that was deleted by then may have been one era ahead of a
      // replica.
      long era = Math.max(Math.max(question.era, eras.current()), question.leastEra + 1);
      proven.add(new Proof(era, batch, question.replicas));
    }
  }

  private void reapClosed(Peers present) {
    Iterator<Proof> proofs = proven.iterator();
    while (proofs.hasNext() && budget.millisUntilAny() == 0) {
      var proof = proofs.next();
      if (proof.era() <= eras.closed()) {
        proofs.remove();
        budget.spend(proof.batch().keys.size());
        proof.batch().keys.forEach(waiting::remove);
        reap(present, proof);
      }
    }
  }

  private void reap(Peers present, Proof proof) {
    var batch = proof.batch();
    var reap = new Reap(proof.era(), batch.cutoffMillis, batch.keys, batch.residues);
    for (NodeId node : proof.replicas()) {
      if (node.equals(present.self())) {
        reaped(reap);
      } else {
        present.send(node, reap);
      }
    }
  }

  /** Forgets what a member has proven to be of no use; that its era is closed is part of it. */
  private void reaped(Reap reap) {
    eras.heardClosed(reap.era());
    for (int i = 0; i < reap.keys().size(); i++) {
      var key = reap.keys().get(i);
      if (inForce.get().namespace(key.namespace()) != null && !replica.isBusy()) {
        replica.reap(key, reap.residues().get(i), reap.era(), reap.cutoffMillis());
      }
    }
  }
}
