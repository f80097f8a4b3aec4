package io.flywheel.server.runtime;

import io.flywheel.core.model.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keys and their records outside the heap, in chunks of memory that are filled one after the other,
 * and around again. A chunk whose turn has come gives up what it holds, but for what was asked for
 * since its last turn (a clock, Corbató 1969), which moves together at its beginning. Where that is
 * nearly all of it, chunk after chunk, one gives up everything, so that no write waits for all.
 *
 * <p>Outside the heap, because what lives for seconds until a write replaces it is what a
 * generational collector is worst at: it is old when it becomes garbage.
 */
final class RecordRing {
  /** What is kept of each beside its key and its record. */
  static final int HEAD_BYTES = 15;

  private static final int HASH = 0;
  private static final int RECORD_LENGTH = 4;
  private static final int KEY_LENGTH = 8;
  private static final int STATE = 10;
  private static final int ROOM = 11;

  private static final byte GONE = 0;
  private static final byte HELD = 1;
  private static final byte ASKED_AGAIN = 2;

  /** A record grows and shrinks by some bytes with each write; then it can stay where it is. */
  private static final int SPARE_BYTES = 32;

  private static final int FEWEST_SLOTS = 1 << 10;

  /** So many chunks may keep what was asked for, though that leaves too little room. */
  private static final int MOST_TURNS = 2;

  private static final class Chunk {
    private final ByteBuffer memory;
    private int end;

    Chunk(ByteBuffer memory) {
      this.memory = memory.order(ByteOrder.nativeOrder());
    }
  }

  private final int chunkBytes;
  private final IntFunction<ByteBuffer> allocator;
  private final List<Chunk> chunks = new ArrayList<>();
  private int mostChunks;
  private int current = -1;
  private boolean turned;

  /**
   * Open addressing: where an entry begins, counted through all chunks, and one more; 0 for none.
   */
  private int[] slots = new int[FEWEST_SLOTS];

  private int held;

  /** So that nobody can choose keys that all want the same slot. */
  private final int seed = new SecureRandom().nextInt();

  /** Memory is taken when it is first needed. No entry is larger than a chunk. */
  RecordRing(int chunkBytes, int mostChunks) {
    this(chunkBytes, mostChunks, ByteBuffer::allocateDirect);
  }

  RecordRing(int chunkBytes, int mostChunks, IntFunction<ByteBuffer> allocator) {
    this.chunkBytes = chunkBytes;
    this.mostChunks = mostChunks;
    this.allocator = allocator;
  }

  /** How many records there are. */
  int size() {
    return held;
  }

  /** What memory was taken. */
  long bytes() {
    return (long) chunkBytes * chunks.size();
  }

  boolean holds(Bytes key) {
    return slots[slot(key)] != 0;
  }

  /** Whether this fits in beside all that is there, without anything ever having had to go. */
  boolean hasRoom(Bytes key, Bytes record) {
    return !turned && (fits(entryBytes(key, record)) || chunks.size() < mostChunks);
  }

  /** A copy; null where there is none. */
  @Nullable Bytes find(Bytes key) {
    int entry = slots[slot(key)] - 1;
    if (entry < 0) {
      return null;
    }
    ByteBuffer memory = memory(entry);
    int at = entry % chunkBytes;
    memory.put(at + STATE, ASKED_AGAIN);
    var record = new byte[memory.getInt(at + RECORD_LENGTH)];
    memory.get(at + HEAD_BYTES + key.length(), record);
    return Bytes.wrap(record);
  }

  void put(Bytes key, Bytes record) {
    byte state = HELD;
    int slot = slot(key);
    if (slots[slot] != 0) {
      int entry = slots[slot] - 1;
      ByteBuffer memory = memory(entry);
      int at = entry % chunkBytes;
      if (memory.getInt(at + ROOM) >= record.length()) {
        memory.putInt(at + RECORD_LENGTH, record.length());
        memory.put(at + HEAD_BYTES + key.length(), record.array());
        return;
      }
      state = memory.get(at + STATE);
      remove(slot);
    }
    if (key.length() <= Short.MAX_VALUE && makeRoom(entryBytes(key, record))) {
      append(key, record, state);
    }
  }

  void remove(Bytes key) {
    int slot = slot(key);
    if (slots[slot] != 0) {
      remove(slot);
    }
  }

  private void remove(int slot) {
    int entry = slots[slot] - 1;
    memory(entry).put(entry % chunkBytes + STATE, GONE);
    empty(slot);
  }

  private void append(Bytes key, Bytes record, byte state) {
    Chunk chunk = chunks.get(current);
    int at = chunk.end;
    chunk
        .memory
        .putInt(at + HASH, key.hashCode())
        .putInt(at + RECORD_LENGTH, record.length())
        .putShort(at + KEY_LENGTH, (short) key.length())
        .put(at + STATE, state)
        .putInt(at + ROOM, record.length() + SPARE_BYTES)
        .put(at + HEAD_BYTES, key.array())
        .put(at + HEAD_BYTES + key.length(), record.array());
    chunk.end += entryBytes(key, record);
    slots[slot(key)] = current * chunkBytes + at + 1;
    held++;
    if (held > slots.length / 2) {
      moreSlots();
    }
  }

  private boolean fits(int bytes) {
    return current >= 0 && chunks.get(current).end + bytes <= chunkBytes;
  }

  /**
   * Goes on to the next chunk, or a little further where all of it is asked for again and again.
   */
  private boolean makeRoom(int bytes) {
    if (bytes > chunkBytes) {
      return false;
    }
    for (int turns = 0; !fits(bytes) && mostChunks > 0; turns++) {
      if (chunks.size() < mostChunks) {
        grow();
      } else {
        turned = true;
        current = (current + 1) % mostChunks;
        turn(current, turns < MOST_TURNS);
      }
    }
    return mostChunks > 0;
  }

  /** Where no more memory is to be had, what there is has to do. */
  private void grow() {
    try {
      chunks.add(new Chunk(allocator.apply(chunkBytes)));
      current = chunks.size() - 1;
    } catch (OutOfMemoryError e) {
      mostChunks = chunks.size();
    }
  }

  private void turn(int index, boolean keepsAskedFor) {
    Chunk chunk = chunks.get(index);
    ByteBuffer memory = chunk.memory;
    int to = 0;
    int bytes;
    for (int from = 0; from < chunk.end; from += bytes) {
      bytes = HEAD_BYTES + memory.getShort(from + KEY_LENGTH) + memory.getInt(from + ROOM);
      byte state = memory.get(from + STATE);
      if (state == ASKED_AGAIN && keepsAskedFor) {
        slots[slotOf(index * chunkBytes + from)] = index * chunkBytes + to + 1;
        if (to != from) {
          memory.put(to, memory, from, bytes);
        }
        memory.put(to + STATE, HELD);
        to += bytes;
      } else if (state != GONE) {
        empty(slotOf(index * chunkBytes + from));
      }
    }
    chunk.end = to;
  }

  private ByteBuffer memory(int entry) {
    return chunks.get(entry / chunkBytes).memory;
  }

  private int hash(int entry) {
    return memory(entry).getInt(entry % chunkBytes + HASH);
  }

  private boolean isAt(int entry, int hash, Bytes key) {
    ByteBuffer memory = memory(entry);
    int at = entry % chunkBytes;
    if (memory.getInt(at + HASH) != hash || memory.getShort(at + KEY_LENGTH) != key.length()) {
      return false;
    }
    for (int i = 0; i < key.length(); i++) {
      if (memory.get(at + HEAD_BYTES + i) != key.at(i)) {
        return false;
      }
    }
    return true;
  }

  /** The slot of the key, or the one that it would have. */
  private int slot(Bytes key) {
    int hash = key.hashCode();
    int slot = first(hash);
    while (slots[slot] != 0 && !isAt(slots[slot] - 1, hash, key)) {
      slot = after(slot);
    }
    return slot;
  }

  private int slotOf(int entry) {
    int slot = first(hash(entry));
    while (slots[slot] != entry + 1) {
      slot = after(slot);
    }
    return slot;
  }

  private int first(int hash) {
    int mixed = (hash ^ seed) * 0x9E3779B9; // 2^32 over the golden ratio: its high bits are mixed
    mixed = (mixed ^ (mixed >>> 15)) * 0x9E3779B9;
    return mixed >>> (Integer.numberOfLeadingZeros(slots.length) + 1);
  }

  private int after(int slot) {
    return (slot + 1) & (slots.length - 1);
  }

  /** Without a gap for those behind it that come from a slot before it (Knuth, 6.4, R). */
  private void empty(int slot) {
    int gap = slot;
    for (int next = after(slot); slots[next] != 0; next = after(next)) {
      int mask = slots.length - 1;
      int way = (next - first(hash(slots[next] - 1))) & mask;
      if (way >= ((next - gap) & mask)) {
        slots[gap] = slots[next];
        gap = next;
      }
    }
    slots[gap] = 0;
    held--;
  }

  private void moreSlots() {
    int[] before = slots;
    slots = new int[before.length * 2];
    for (int entry : before) {
      if (entry != 0) {
        int slot = first(hash(entry - 1));
        while (slots[slot] != 0) {
          slot = after(slot);
        }
        slots[slot] = entry;
      }
    }
  }

  private static int entryBytes(Bytes key, Bytes record) {
    return HEAD_BYTES + key.length() + record.length() + SPARE_BYTES;
  }
}
