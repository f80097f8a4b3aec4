package io.flywheel.core.message;

import io.flywheel.core.message.Message.Reap;
import io.flywheel.core.message.Message.ReapAnswer;
import io.flywheel.core.message.Message.ReapAsk;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messages that prove that something may be forgotten, as bytes. */
final class ReapCodec {
  private static final int REAP_ASK = 40;
  private static final int REAP_ANSWER = 41;
  private static final int REAP = 42;

  private ReapCodec() {}

  static void write(ByteWriter out, Message message) {
    switch (message) {
      case ReapAsk ask -> {
        out.u8(REAP_ASK).varint(ask.request()).varint(ask.cutoffMillis());
        TreeCodec.writeStates(out, ask.keys(), ask.residues());
      }
      case ReapAnswer answer -> {
        out.u8(REAP_ANSWER).varint(answer.request()).varint(answer.era());
        out.varint(answer.matching().size());
        answer.matching().forEach(out::varint);
      }
      case Reap reap -> {
        out.u8(REAP).varint(reap.era()).varint(reap.cutoffMillis());
        TreeCodec.writeStates(out, reap.keys(), reap.residues());
      }
      default -> throw new IllegalArgumentException("not about reaping: " + message);
    }
  }

  /** Null for another kind of message. */
  static @Nullable Message read(int kind, ByteReader in) throws MalformedException {
    return switch (kind) {
      case REAP_ASK -> {
        long request = in.varint();
        long cutoff = readMillis(in);
        var keys = new ArrayList<Key>();
        var residues = TreeCodec.readStates(in, keys);
        yield new ReapAsk(request, cutoff, List.copyOf(keys), residues);
      }
      case REAP_ANSWER ->
          new ReapAnswer(in.varint(), in.varint(), TreeCodec.readNumbers(in, Integer.MAX_VALUE));
      case REAP -> {
        long era = in.varint();
        long cutoff = readMillis(in);
        var keys = new ArrayList<Key>();
        var residues = TreeCodec.readStates(in, keys);
        yield new Reap(era, cutoff, List.copyOf(keys), residues);
      }
      default -> null;
    };
  }

  private static long readMillis(ByteReader in) throws MalformedException {
    long millis = in.varint();
    if (millis < 0) {
      throw new MalformedException("a time out of range");
    }
    return millis;
  }
}
