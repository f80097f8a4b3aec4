package io.flywheel.simulator.workload;

import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.version.Sibling;
import io.flywheel.simulator.world.Damage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Every operation of a run, and every attempt at one. A value is {@code 17<3,9>} and padding: its
 * operation's number, then those that its client had read and merged. So whoever finds a value
 * anywhere knows whose it is, whatever the store's own versions say.
 */
public final class History {
  private final ClusterSettings settings;
  private final List<Operation> operations = new ArrayList<>();
  private final TreeMap<Key, List<Operation>> byKey = new TreeMap<>();
  private final TreeMap<Long, Attempt> attempts = new TreeMap<>();
  private final Map<Bytes, Operation> decayed = new HashMap<>();
  private int damages;
  private boolean lostDirectory;
  private boolean revived;

  public History(ClusterSettings settings) {
    this.settings = settings;
  }

  public List<Operation> operations() {
    return Collections.unmodifiableList(operations);
  }

  public List<Operation> of(Key key) {
    return byKey.getOrDefault(key, List.of());
  }

  public List<Key> keys() {
    return List.copyOf(byKey.keySet());
  }

  /** How many times faults have destroyed durable data. */
  public int damages() {
    return damages;
  }

  public void damaged(Damage damage) {
    damages++;
    lostDirectory |= damage.isWholeDirectory();
    revived |= damage.revives();
  }

  /** Whether faults have brought back older states of records. */
  public boolean revived() {
    return revived;
  }

  /** Whether a whole directory was lost, with everything of which it had the only copy. */
  public boolean lostDirectory() {
    return lostDirectory;
  }

  public Operation put(
      Key key, BitSet read, BitSet known, int padding, long ttlMillis, @Nullable RequestId id) {
    var text = new StringBuilder().append(operations.size()).append('<');
    for (int i = read.nextSetBit(0); i >= 0; i = read.nextSetBit(i + 1)) {
      text.append(text.charAt(text.length() - 1) == '<' ? "" : ",").append(i);
    }
    text.append('>').repeat('.', padding);
    return add(key, Write.of(Bytes.utf8(text.toString())), known, false, ttlMillis, id);
  }

  /** {@code blind} when it is sent without a context. */
  public Operation delete(Key key, BitSet known, boolean blind, RequestId id) {
    return add(key, Write.DELETION, known, blind, 0, id);
  }

  private Operation add(
      Key key,
      Write write,
      BitSet known,
      boolean readsItself,
      long ttlMillis,
      @Nullable RequestId id) {
    var namespace = settings.records().namespace(key.namespace());
    var operation =
        new Operation(
            operations.size(),
            key,
            namespace == null ? NamespaceSettings.DEFAULT : namespace,
            write,
            known,
            readsItself,
            ttlMillis,
            id);
    operations.add(operation);
    byKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(operation);
    return operation;
  }

  public void attempted(long token, Attempt attempt) {
    attempts.put(token, attempt);
    var operation = attempt.operation();
    if (operation != null) {
      operation.attempts().add(attempt);
    }
  }

  public @Nullable Attempt attempt(long token) {
    return attempts.get(token);
  }

  public List<Attempt> attempts() {
    return List.copyOf(attempts.values());
  }

  /** A fault made this of the value of that operation. */
  public void decayed(Operation operation, Bytes value) {
    decayed.put(value, operation);
  }

  /** Whether a fault made this value. */
  public boolean isDecayed(Bytes value) {
    return decayed.containsKey(value);
  }

  /** Whose value this is, or null for one that nobody wrote under this key. */
  public @Nullable Operation writer(Key key, Bytes value) {
    var known = decayed.get(value);
    if (known != null && known.key().equals(key)) {
      return known;
    }
    int number = 0;
    int digits = 0;
    while (digits < value.length() && value.at(digits) >= '0' && value.at(digits) <= '9') {
      number = number * 10 + value.at(digits) - '0';
      digits++;
    }
    if (digits == 0 || digits > 6 || number >= operations.size()) {
      return null;
    }
    var operation = operations.get(number);
    boolean same = operation.key().equals(key) && operation.write().value().equals(value);
    return same ? operation : null;
  }

  /** Whose deletion was given this request id, or null. */
  public @Nullable Operation deleter(Key key, RequestId id) {
    for (var operation : of(key)) {
      if (operation.isDelete() && id.equals(operation.id())) {
        return operation;
      }
    }
    return null;
  }

  /** The operations whose values a read showed. */
  public BitSet read(Key key, List<Sibling> values) {
    var read = new BitSet();
    for (var sibling : values) {
      var writer = writer(key, sibling.value());
      if (writer != null) {
        read.set(writer.number());
      }
    }
    return read;
  }

  /** These operations and all that their clients had read before. */
  public BitSet closure(BitSet read) {
    var known = (BitSet) read.clone();
    for (int i = read.nextSetBit(0); i >= 0; i = read.nextSetBit(i + 1)) {
      known.or(operations.get(i).known());
    }
    return known;
  }
}
