package io.flywheel.simulator.workload;

import io.flywheel.core.message.ClientRequest.Explain;
import io.flywheel.core.message.ClientRequest.Get;
import io.flywheel.core.message.ClientRequest.Put;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RequestId;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One client: one request after the other, most of them read, merge, write, as the Dynamo paper's
 * shopping cart does; the rest is mischief.
 */
final class Client {
  private static final int MOST_CHAINED = 20;
  private static final List<Reach> REACHES =
      List.of(Reach.LOCAL, Reach.LOCAL, Reach.EACH, Reach.ANYWHERE);

  private final Wire wire;
  private final History history;
  private final Habits habits;
  private final Runnable next;
  private final SplittableRandom random;
  private final int mostN;
  private final int valueBytes;
  private final TreeMap<Key, Knowledge> knowledge = new TreeMap<>();
  private @Nullable Put lastPut;
  private @Nullable Operation lastOperation;

  /** {@code next} runs whenever the client has finished something. */
  Client(
      Wire wire,
      History history,
      Habits habits,
      int mostN,
      int valueBytes,
      SplittableRandom random,
      Runnable next) {
    this.wire = wire;
    this.history = history;
    this.habits = habits;
    this.mostN = mostN;
    this.valueBytes = valueBytes;
    this.random = random;
    this.next = next;
  }

  /** Does one thing; false when there is no node to do it with. */
  boolean act() {
    var process = wire.anyProcess();
    if (process == null) {
      return false;
    }
    var key = habits.keys().get(random.nextInt(habits.keys().size()));
    if (random.nextDouble() >= habits.misbehaviour()) {
      readMergeWrite(process, key);
    } else {
      misbehave(process, key, habits.mischief().get(random.nextInt(habits.mischief().size())));
    }
    return true;
  }

  private void readMergeWrite(SimulatedProcess process, Key key) {
    read(
        process,
        get(key, 0, strictCount(), habits.timeoutMillis()),
        known -> {
          if (known == null) {
            next.run();
            return;
          }
          var second = random.nextBoolean() ? wire.anyProcess() : process;
          if (second == null) {
            next.run();
          } else if (random.nextDouble() < habits.deletions()) {
            delete(second, key, known);
          } else {
            put(second, key, known, padding(), 0, habits.timeoutMillis());
          }
        });
  }

  private void misbehave(SimulatedProcess process, Key key, Mischief mischief) {
    var known = knowledge.getOrDefault(key, Knowledge.NONE);
    long timeout = habits.timeoutMillis();
    switch (mischief) {
      case BLIND_PUT -> put(process, key, Knowledge.NONE, padding(), 0, timeout);
      case BLIND_DELETE -> delete(process, key, Knowledge.NONE);
      case STALE_PUT, CHAINED_PUT -> {
        var used = known.chained() < MOST_CHAINED ? known : Knowledge.NONE;
        put(process, key, used, padding(), 0, timeout);
      }
      case RETRY -> retry(process);
      case HEDGED_PUT -> hedge(process, key, known);
      case REUSED_ID -> reuseId(process, key, known);
      case HASTY_PUT -> put(process, key, known, padding(), 0, 1 + random.nextInt(20));
      case ODD_COUNTS -> oddCounts(process, key, known);
      case SHORT_LIVED_PUT ->
          put(process, key, known, padding(), 100 + random.nextInt(3000), timeout);
      case OVERSIZED_PUT -> put(process, key, known, valueBytes + 1, 0, timeout);
      case FOREIGN_CONTEXT -> foreignContext(process, key);
      case PLAIN_GET -> read(process, get(key, anyCount(), 0, timeout), _ -> next.run());
      case EXPLAIN -> wire.ask(process, new Explain(key, timeout), null, (_, _) -> next.run());
    }
  }

  private void retry(SimulatedProcess process) {
    var again = lastPut;
    var operation = lastOperation;
    if (again == null || operation == null) {
      next.run();
    } else {
      write(process, again, operation);
    }
  }

  private void hedge(SimulatedProcess process, Key key, Knowledge known) {
    var id = newId();
    var operation = history.put(key, known.read(), known.known(), padding(), 0, id);
    var put = request(operation, known, habits.timeoutMillis());
    var other = wire.anyProcess();
    if (other != null) {
      wire.ask(other, put, operation, (_, _) -> {});
    }
    write(process, put, operation);
  }

  private void reuseId(SimulatedProcess process, Key key, Knowledge known) {
    var earlier = lastOperation;
    var id = earlier == null || earlier.id() == null ? newId() : earlier.id();
    var operation = history.put(key, known.read(), known.known(), padding(), 0, id);
    write(process, request(operation, known, habits.timeoutMillis()), operation);
  }

  private void oddCounts(SimulatedProcess process, Key key, Knowledge known) {
    int one = random.nextInt(mostN + 2);
    int other = random.nextInt(mostN + 2);
    if (random.nextBoolean()) {
      read(process, new Get(key, one, other, habits.timeoutMillis()), _ -> next.run());
      return;
    }
    var operation = history.put(key, known.read(), known.known(), padding(), 0, null);
    var put =
        new Put(
            key, operation.write(), known.context(), 0, one, other, null, habits.timeoutMillis());
    write(process, put, operation);
  }

  private void foreignContext(SimulatedProcess process, Key key) {
    Knowledge foreign = null;
    for (var entry : knowledge.entrySet()) {
      if (!entry.getKey().equals(key) && entry.getValue().context() != null) {
        foreign = entry.getValue();
      }
    }
    if (foreign == null) {
      next.run();
      return;
    }
    var operation = history.put(key, new BitSet(), new BitSet(), 0, 0, null);
    var put =
        new Put(key, operation.write(), foreign.context(), 0, 0, 0, null, habits.timeoutMillis());
    write(process, put, operation);
  }

  private void put(
      SimulatedProcess process,
      Key key,
      Knowledge known,
      int padding,
      long ttlMillis,
      long timeoutMillis) {
    var id = random.nextInt(3) > 0 ? newId() : null;
    var operation = history.put(key, known.read(), known.known(), padding, ttlMillis, id);
    write(process, request(operation, known, timeoutMillis), operation);
  }

  private void delete(SimulatedProcess process, Key key, Knowledge known) {
    var operation = history.delete(key, known.known(), known.context() == null, newId());
    write(process, request(operation, known, habits.timeoutMillis()), operation);
  }

  private Put request(Operation operation, Knowledge known, long timeoutMillis) {
    int count = anyCount();
    int strict = strictCount();
    var reach = reach();
    return new Put(
        operation.key(),
        operation.write(),
        known.context(),
        operation.ttlMillis(),
        reach.equals(Reach.ANYWHERE) ? count : 1,
        strict,
        reach,
        operation.id(),
        timeoutMillis);
  }

  private Get get(Key key, int count, int strict, long timeoutMillis) {
    var reach = reach();
    return new Get(key, reach.equals(Reach.ANYWHERE) ? count : 1, strict, reach, timeoutMillis);
  }

  private Reach reach() {
    return habits.byDatacenter() ? REACHES.get(random.nextInt(REACHES.size())) : Reach.ANYWHERE;
  }

  private void write(SimulatedProcess process, Put put, Operation operation) {
    lastPut = put;
    lastOperation = operation;
    var before = knowledge.getOrDefault(put.key(), Knowledge.NONE);
    wire.ask(
        process,
        put,
        operation,
        (outcome, context) -> {
          if (outcome instanceof Outcome.Written) {
            knowledge.put(put.key(), before.afterOwn(operation, context));
          }
          next.run();
        });
  }

  private void read(
      SimulatedProcess process, Get get, java.util.function.Consumer<@Nullable Knowledge> then) {
    wire.ask(
        process,
        get,
        null,
        (outcome, context) -> {
          if (outcome instanceof Outcome.Found found) {
            var read = history.read(get.key(), found.values());
            var known = Knowledge.ofRead(context, read, history.closure(read));
            knowledge.put(get.key(), known);
            then.accept(known);
          } else {
            then.accept(null);
          }
        });
  }

  private int anyCount() {
    return random.nextInt(4) == 0 ? 1 + random.nextInt(mostN) : 0;
  }

  private int strictCount() {
    return habits.strict() && random.nextInt(3) > 0 ? 1 + random.nextInt(mostN) : 0;
  }

  private int padding() {
    return random.nextInt(8) == 0 ? random.nextInt(valueBytes) / 2 : 0;
  }

  private RequestId newId() {
    return new RequestId(random.nextLong(), random.nextLong());
  }
}
