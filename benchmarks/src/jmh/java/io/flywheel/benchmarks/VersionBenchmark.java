package io.flywheel.benchmarks;

import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a write does to a key's state, at its coordinator and at the other replicas. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VersionBenchmark {
  private final Siblings before = Samples.afterWrites(9);
  private final Siblings concurrent = Samples.concurrent();
  private final Sibling written = Samples.sibling(1, 10);
  private final Siblings after =
      before.put(before.context(), written, null, Conflicts.LAST_WRITE_WINS);

  @Benchmark
  public Siblings putWhereTheLastWriteWins() {
    return before.put(before.context(), written, null, Conflicts.LAST_WRITE_WINS);
  }

  @Benchmark
  public Siblings putWhereSiblingsAreKept() {
    return before.put(before.context(), written, null, Conflicts.SIBLINGS);
  }

  @Benchmark
  public Siblings mergeOfANewerState() {
    return before.merge(after, Conflicts.LAST_WRITE_WINS);
  }

  @Benchmark
  public Siblings mergeOfConcurrentStates() {
    return before.merge(concurrent, Conflicts.SIBLINGS);
  }
}
