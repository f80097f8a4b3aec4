package io.flywheel.benchmarks;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.PreferenceList;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingMember;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From a key to the nodes that have it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark {
  @Param({"3", "100"})
  private int nodes;

  private Ring ring;
  private int next;

  @Setup
  public void form() {
    List<RingMember> members = new ArrayList<>();
    for (int i = 1; i <= nodes; i++) {
      members.add(new RingMember(new NodeId(i * 0x9e3779b97f4a7c15L), Zone.DEFAULT, 1));
    }
    ring = Placement.form(members, 4_096, 3);
  }

  @Benchmark
  public Partition partitionOfAKey() {
    return ring.partition(Key.of("lww", "user" + next++));
  }

  @Benchmark
  public PreferenceList preferenceList() {
    return ring.preferenceList(new Partition(next++ & 4_095));
  }

  @Benchmark
  public List<Replica> replicasWithAllAlive() {
    return ring.preferenceList(new Partition(next++ & 4_095)).among(node -> true);
  }
}
