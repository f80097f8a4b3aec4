package io.flywheel.benchmarks;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.ContextSeal;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Fingerprints;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Records, messages and contexts of a value of 1,000 bytes, to bytes and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
  private final Siblings siblings = Samples.afterWrites(9);
  private final Bytes record = SiblingsCodec.encode(Samples.KEY, siblings);
  private final Envelope envelope =
      new Envelope(
          new NodeId(0x123456789abcdefL),
          1,
          1_000_000,
          2,
          3,
          1,
          new Message.ForwardPut(
              1_000,
              Samples.KEY,
              7,
              Write.of(Samples.VALUE),
              siblings.context(),
              0,
              2,
              0,
              Reach.ANYWHERE,
              new RequestId(1, 2),
              1_000));
  private final Bytes message = MessageCodec.encode(envelope);
  private final Fingerprints fingerprints = new Fingerprints(Samples.SECRET);
  private final ContextSeal seal = new ContextSeal(Samples.SECRET);
  private final String token = seal.seal(Samples.KEY, siblings.context());

  @Benchmark
  public Bytes encodeRecord() {
    return SiblingsCodec.encode(Samples.KEY, siblings);
  }

  @Benchmark
  public Siblings decodeRecord() throws MalformedException {
    return SiblingsCodec.decode(Samples.KEY, record);
  }

  @Benchmark
  public Bytes encodeMessage() {
    return MessageCodec.encode(envelope);
  }

  @Benchmark
  public Envelope decodeMessage() throws MalformedException {
    return MessageCodec.decode(message);
  }

  @Benchmark
  public Fingerprint fingerprint() {
    return fingerprints.of(Samples.KEY, record);
  }

  @Benchmark
  public String sealContext() {
    return seal.seal(Samples.KEY, siblings.context());
  }

  @Benchmark
  public Context openContext() throws MalformedException {
    return seal.open(Samples.KEY, token);
  }
}
