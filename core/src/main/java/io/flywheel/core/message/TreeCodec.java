package io.flywheel.core.message;

import io.flywheel.core.message.Message.GroupSums;
import io.flywheel.core.message.Message.SliceKeys;
import io.flywheel.core.message.Message.SliceKeysReply;
import io.flywheel.core.message.Message.TreeSums;
import io.flywheel.core.message.Message.TreeSumsReply;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messages of an exchange between two replicas' trees, as bytes. */
final class TreeCodec {
  private static final int TREE_SUMS = 30;
  private static final int TREE_SUMS_REPLY = 31;
  private static final int SLICE_KEYS = 32;
  private static final int SLICE_KEYS_REPLY = 33;
  private static final int GROUP_SUMS = 34;

  private TreeCodec() {}

  static void write(ByteWriter out, Message.AboutTrees message) {
    switch (message) {
      case TreeSums sums -> {
        out.u8(TREE_SUMS).varint(sums.request()).varint(sums.slices().size());
        for (int i = 0; i < sums.slices().size(); i++) {
          writeSlice(out, sums.slices().get(i));
          sums.sums().get(i).write(out);
        }
      }
      case GroupSums groups -> {
        out.u8(GROUP_SUMS).varint(groups.request()).varint(groups.size());
        out.varint(groups.groups().size());
        for (int i = 0; i < groups.groups().size(); i++) {
          out.varint(groups.groups().get(i));
          groups.sums().get(i).write(out);
        }
      }
      case TreeSumsReply reply -> {
        out.u8(TREE_SUMS_REPLY).varint(reply.request()).varint(reply.answers().size());
        reply.answers().forEach(out::varint);
      }
      case SliceKeys ask -> {
        out.u8(SLICE_KEYS).varint(ask.request());
        writeSlice(out, ask.slice());
        out.i64(ask.fromHash());
      }
      case SliceKeysReply reply -> {
        out.u8(SLICE_KEYS_REPLY).varint(reply.request());
        writeStates(out, reply.keys(), reply.fingerprints());
        out.i64(reply.nextHash());
      }
    }
  }

  /** Null for another kind of message. */
  static @Nullable Message read(int kind, ByteReader in) throws MalformedException {
    return switch (kind) {
      case TREE_SUMS -> readSums(in);
      case GROUP_SUMS -> readGroups(in);
      case TREE_SUMS_REPLY -> new TreeSumsReply(in.varint(), readNumbers(in, Slice.MOST + 1));
      case SLICE_KEYS -> new SliceKeys(in.varint(), readSlice(in), in.i64());
      case SLICE_KEYS_REPLY -> {
        long request = in.varint();
        var keys = new ArrayList<Key>();
        var states = readStates(in, keys);
        yield new SliceKeysReply(request, List.copyOf(keys), states, in.i64());
      }
      default -> null;
    };
  }

  private static Message readSums(ByteReader in) throws MalformedException {
    long request = in.varint();
    int count = in.count(in.remaining() / 16);
    var slices = new ArrayList<Slice>(count);
    var sums = new ArrayList<Fingerprint>(count);
    for (int i = 0; i < count; i++) {
      slices.add(readSlice(in));
      sums.add(Fingerprint.read(in));
    }
    return new TreeSums(request, List.copyOf(slices), List.copyOf(sums));
  }

  private static Message readGroups(ByteReader in) throws MalformedException {
    long request = in.varint();
    int size = in.count(Partition.MOST);
    if (size < 1) {
      throw new MalformedException("groups of no partitions");
    }
    int count = in.count(in.remaining() / 16);
    var groups = new ArrayList<Integer>(count);
    var sums = new ArrayList<Fingerprint>(count);
    for (int i = 0; i < count; i++) {
      groups.add(in.count(Partition.MOST - 1));
      sums.add(Fingerprint.read(in));
    }
    return new GroupSums(request, size, List.copyOf(groups), List.copyOf(sums));
  }

  static void writeStates(ByteWriter out, List<Key> keys, List<Fingerprint> states) {
    out.varint(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).write(out);
      states.get(i).write(out);
    }
  }

  /** Adds to {@code keys}, and returns the state of each. */
  static List<Fingerprint> readStates(ByteReader in, List<Key> keys) throws MalformedException {
    int count = in.count(in.remaining() / 16);
    var states = new ArrayList<Fingerprint>(count);
    for (int i = 0; i < count; i++) {
      keys.add(Key.read(in));
      states.add(Fingerprint.read(in));
    }
    return List.copyOf(states);
  }

  static List<Integer> readNumbers(ByteReader in, int most) throws MalformedException {
    int count = in.count(in.remaining());
    var numbers = new ArrayList<Integer>(count);
    for (int i = 0; i < count; i++) {
      numbers.add(in.count(most));
    }
    return List.copyOf(numbers);
  }

  private static void writeSlice(ByteWriter out, Slice slice) {
    out.varint(slice.partition()).varint(slice.width()).varint(slice.index());
  }

  private static Slice readSlice(ByteReader in) throws MalformedException {
    int partition = in.count(Partition.MOST - 1);
    int width = in.count(Slice.MOST);
    if (width < 1) {
      throw new MalformedException("a slice without a width");
    }
    return new Slice(partition, width, in.count(width - 1));
  }
}
