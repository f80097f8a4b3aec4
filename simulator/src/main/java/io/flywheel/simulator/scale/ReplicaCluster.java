package io.flywheel.simulator.scale;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Timestamp;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.Rhythm;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Three whole nodes, each with a copy of the same many keys. */
final class ReplicaCluster extends WholeNodes {
  static final int NODES = 3;

  private static final int VALUE_BYTES = 100;

  ReplicaCluster(int partitions, int keys, SplittableRandom random) {
    var names = names(NODES);
    var data = records(keys, random);
    for (String name : names) {
      var disk = new EnumMap<Table, NavigableMap<Bytes, Bytes>>(Table.class);
      disk.put(Table.DATA, new TreeMap<>(data));
      start(config(name, settings(partitions), names), disk, random.split());
    }
  }

  static List<String> names(int count) {
    var names = new ArrayList<String>();
    for (int i = 1; i <= count; i++) {
      names.add("node-" + i);
    }
    return names;
  }

  static ClusterSettings settings(int partitions) {
    var namespace =
        new NamespaceSettings(
            "default",
            NamespaceSettings.Conflicts.SIBLINGS,
            NamespaceSettings.Overflow.REFUSE,
            NamespaceSettings.BlindWrites.ALLOW,
            0);
    return new ClusterSettings(
        "scale",
        partitions,
        Quorum.majority(NODES),
        new Limits(1 << 20, 32, 1 << 20),
        List.of(namespace));
  }

  /** {@code initialMembers}: none for a node that is to join. */
  static NodeConfig config(String name, ClusterSettings settings, List<String> initialMembers) {
    return new NodeConfig(
        name,
        Zone.DEFAULT,
        1,
        name + ":1",
        name + ":2",
        settings,
        initialMembers,
        List.of(),
        true,
        0, // nothing is kept for others: it is left to anti-entropy
        Rhythm.DEFAULT,
        Bytes.utf8("secret"));
  }

  static Key key(int number) {
    return Key.of("default", "user" + number);
  }

  /** What one node wrote, a key each millisecond. */
  static NavigableMap<Bytes, Bytes> records(int keys, SplittableRandom random) {
    var records = new TreeMap<Bytes, Bytes>();
    long incarnation = random.nextLong();
    byte[] value = new byte[VALUE_BYTES];
    for (int i = 0; i < keys; i++) {
      random.nextBytes(value);
      long stamp = Timestamp.ofMillis(WALL_MILLIS - keys + i);
      var dot = new Dot(new Actor(incarnation, stamp), stamp);
      var state = Siblings.of(Sibling.value(dot, Bytes.wrap(value.clone()), "", 0));
      records.put(StorageKey.ofRecord(key(i)), SiblingsCodec.encode(key(i), state));
    }
    return records;
  }
}
