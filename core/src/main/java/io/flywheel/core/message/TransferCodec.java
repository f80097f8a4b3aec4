package io.flywheel.core.message;

import io.flywheel.core.message.Message.ReleaseAnswer;
import io.flywheel.core.message.Message.ReleaseAsk;
import io.flywheel.core.message.Message.TransferAsk;
import io.flywheel.core.message.Message.TransferPage;
import io.flywheel.core.message.Message.TransferStatus;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messages that bring partitions to their new owners, as bytes. */
final class TransferCodec {
  private static final int TRANSFER_ASK = 60;
  private static final int TRANSFER_PAGE = 61;
  private static final int RELEASE_ASK = 62;
  private static final int RELEASE_ANSWER = 63;

  private static final int MAX_STORAGE_KEY_BYTES = 16 << 10;

  private TransferCodec() {}

  static void write(ByteWriter out, Message.AboutTransfers message) {
    switch (message) {
      case TransferAsk ask -> {
        out.u8(TRANSFER_ASK).varint(ask.request()).varint(ask.epoch()).varint(ask.partition());
        out.bytes(ask.from()).bytes(ask.to()).varint(ask.mostBytes());
      }
      case TransferPage page -> {
        out.u8(TRANSFER_PAGE).varint(page.request()).u8(page.status().code()).varint(page.era());
        out.varint(page.keys().size());
        for (int i = 0; i < page.keys().size(); i++) {
          page.keys().get(i).write(out);
          out.bytes(page.records().get(i));
        }
        out.bool(page.whole()).bytes(page.next()).i32(page.checksum());
      }
      case ReleaseAsk ask -> {
        out.u8(RELEASE_ASK).varint(ask.request());
        TreeCodec.writeStates(out, ask.keys(), ask.states());
      }
      case ReleaseAnswer answer -> {
        out.u8(RELEASE_ANSWER).varint(answer.request()).varint(answer.held().size());
        answer.held().forEach(out::varint);
      }
    }
  }

  /** Null for another kind of message. */
  static @Nullable Message read(int kind, ByteReader in) throws MalformedException {
    return switch (kind) {
      case TRANSFER_ASK ->
          new TransferAsk(
              in.varint(),
              in.varint(),
              in.count(Partition.MOST - 1),
              in.bytes(MAX_STORAGE_KEY_BYTES),
              in.bytes(MAX_STORAGE_KEY_BYTES),
              in.count(Integer.MAX_VALUE));
      case TRANSFER_PAGE -> readPage(in);
      case RELEASE_ASK -> {
        long request = in.varint();
        var keys = new ArrayList<Key>();
        var states = TreeCodec.readStates(in, keys);
        yield new ReleaseAsk(request, List.copyOf(keys), states);
      }
      case RELEASE_ANSWER ->
          new ReleaseAnswer(in.varint(), TreeCodec.readNumbers(in, Integer.MAX_VALUE));
      default -> null;
    };
  }

  private static TransferPage readPage(ByteReader in) throws MalformedException {
    long request = in.varint();
    var status = MessageCodec.constant(in, TransferStatus.values());
    long era = in.varint();
    int count = in.count(in.remaining());
    var keys = new ArrayList<Key>();
    var records = new ArrayList<Bytes>();
    for (int i = 0; i < count; i++) {
      keys.add(Key.read(in));
      records.add(in.bytes(SiblingsCodec.MAX_RECORD_BYTES));
    }
    return new TransferPage(
        request,
        status,
        era,
        List.copyOf(keys),
        List.copyOf(records),
        in.bool(),
        in.bytes(MAX_STORAGE_KEY_BYTES),
        in.i32());
  }
}
