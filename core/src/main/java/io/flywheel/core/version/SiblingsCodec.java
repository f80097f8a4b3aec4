package io.flywheel.core.version;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Timestamp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * The record format: what is on disk, in messages and under the checksum. Canonical: equal {@link
 * Siblings} have equal bytes, so replicas may compare hashes.
 *
 * <pre>
 * version   1 byte
 * actors    count, then 16 bytes each, ascending: every actor named below
 * vector    for each actor: 0, or 1 + (stamp - birth)
 * dots      count, then (actor's index, stamp - birth) each
 * siblings  count, then each: dot, flags, [expiry], [content type], [value]
 * requests  count, then each: dot, 16 bytes id, 8 bytes digest
 * checksum  CRC-32C of all before it and of the key, so that a record under a wrong key is found
 * </pre>
 */
public final class SiblingsCodec {
  public static final int FORMAT_VERSION = 1;

  /** The most bytes that any record may have, whatever the limits say. */
  public static final int MAX_RECORD_BYTES = Limits.MOST_OBJECT_BYTES;

  private static final int MAX_ENTRIES = 1 << 16;
  private static final int LEAST_REQUEST_BYTES = 1 + 1 + 16 + 8;
  private static final int TOMBSTONE = 1;
  private static final int EXPIRES = 2;
  private static final int TYPED = 4;
  private static final int FLAGS = TOMBSTONE | EXPIRES | TYPED;

  private SiblingsCodec() {}

  public static Bytes encode(Key key, Siblings siblings) {
    int expected = 96 + 32 * siblings.context().size() + 40 * siblings.requests().size();
    for (Sibling sibling : siblings.living()) {
      expected += 48 + sibling.value().length();
    }
    var out = new ByteWriter(expected);
    out.u8(FORMAT_VERSION);
    writeContextAndRest(out, siblings);
    var crc = new CRC32C();
    out.update(crc);
    return out.i32(checksum(crc, key)).toBytes();
  }

  /** Whether the record is as it was written under this key, whatever it holds. */
  public static boolean isIntact(Key key, Bytes record) {
    byte[] bytes = record.array();
    int body = bytes.length - Integer.BYTES;
    if (body < 1) {
      return false;
    }
    var crc = new CRC32C();
    crc.update(bytes, 0, body);
    int expected = checksum(crc, key);
    try {
      return new ByteReader(bytes, body, Integer.BYTES).i32() == expected;
    } catch (MalformedException e) {
      throw new IllegalStateException("four bytes are an integer", e);
    }
  }

  public static Siblings decode(Key key, Bytes record) throws MalformedException {
    if (!isIntact(key, record)) {
      throw new MalformedException("the record's checksum does not match");
    }
    byte[] bytes = record.array();
    int body = bytes.length - Integer.BYTES;
    var in = new ByteReader(bytes, 0, body);
    int version = in.u8();
    if (version != FORMAT_VERSION) {
      throw new MalformedException("record format " + version + " is not known");
    }
    var siblings = readContextAndRest(in);
    in.end();
    return siblings;
  }

  public static void writeContext(ByteWriter out, Context context) {
    var actors = writeActors(out, context, List.of(), AppliedRequests.NONE);
    writeContext(out, context, actors);
  }

  public static Context readContext(ByteReader in) throws MalformedException {
    return readContext(in, readActors(in));
  }

  private static void writeContextAndRest(ByteWriter out, Siblings siblings) {
    var actors = writeActors(out, siblings.context(), siblings.living(), siblings.requests());
    writeContext(out, siblings.context(), actors);
    out.varint(siblings.living().size());
    for (Sibling sibling : siblings.living()) {
      writeDot(out, sibling.dot(), actors);
      boolean expires = sibling.expiryMillis() != Sibling.NEVER;
      boolean typed = !sibling.contentType().isEmpty();
      out.u8((sibling.tombstone() ? TOMBSTONE : 0) | (expires ? EXPIRES : 0) | (typed ? TYPED : 0));
      if (expires) {
        out.varint(sibling.expiryMillis());
      }
      if (typed) {
        out.text(sibling.contentType());
      }
      if (!sibling.tombstone()) {
        out.bytes(sibling.value());
      }
    }
    writeRequests(out, siblings.requests(), actors);
  }

  private static void writeRequests(ByteWriter out, AppliedRequests requests, List<Actor> actors) {
    out.varint(requests.size());
    int index = 0;
    for (int i = 0; i < requests.size(); i++) {
      var actor = requests.actor(i);
      index = actor.equals(actors.get(index)) ? index : Collections.binarySearch(actors, actor);
      out.varint(index).varint(requests.stamp(i) - actor.birth());
      requests.writeIdAndDigest(i, out);
    }
  }

  private static Siblings readContextAndRest(ByteReader in) throws MalformedException {
    var actors = readActors(in);
    var context = readContext(in, actors);
    int count = in.count(MAX_ENTRIES);
    var living = new ArrayList<Sibling>(Math.min(count, 16));
    for (int i = 0; i < count; i++) {
      var sibling = readSibling(in, actors);
      if (!living.isEmpty() && living.getLast().dot().compareTo(sibling.dot()) >= 0) {
        throw new MalformedException("siblings out of order");
      }
      if (!context.covers(sibling.dot())) {
        throw new MalformedException("a sibling that its own context has not seen");
      }
      living.add(sibling);
    }
    return new Siblings(context, List.copyOf(living), readRequests(in, actors, context));
  }

  private static AppliedRequests readRequests(ByteReader in, List<Actor> actors, Context context)
      throws MalformedException {
    int count = in.count(Math.min(MAX_ENTRIES, in.remaining() / LEAST_REQUEST_BYTES));
    var requests = new AppliedRequests.Builder(count);
    for (int i = 0; i < count; i++) {
      var actor = readActor(in, actors);
      long stamp = stamp(actor, in.varint());
      if (!requests.add(actor, stamp, in.i64(), in.i64(), in.i64())) {
        throw new MalformedException("requests out of order");
      }
      if (!context.covers(actor, stamp)) {
        throw new MalformedException("a request that its own context has not seen");
      }
    }
    return requests.build();
  }

  private static Sibling readSibling(ByteReader in, List<Actor> actors) throws MalformedException {
    var dot = readDot(in, actors);
    int flags = in.u8();
    if ((flags & ~FLAGS) != 0) {
      throw new MalformedException("unknown flags of a sibling: " + flags);
    }
    long expiry = (flags & EXPIRES) != 0 ? in.varint() : Sibling.NEVER;
    boolean typed = (flags & TYPED) != 0;
    String type = typed ? in.text(Sibling.MAX_CONTENT_TYPE_BYTES) : "";
    if (typed && type.isEmpty()) {
      throw new MalformedException("a content type that is there and empty");
    }
    boolean tombstone = (flags & TOMBSTONE) != 0;
    if (expiry < 0 || ((flags & EXPIRES) != 0 && expiry == 0)) {
      throw new MalformedException("an expiry out of range");
    }
    return new Sibling(
        dot, expiry, type, tombstone, tombstone ? Bytes.EMPTY : in.bytes(MAX_RECORD_BYTES));
  }

  private static List<Actor> writeActors(
      ByteWriter out, Context context, List<Sibling> living, AppliedRequests requests) {
    var actors = context.vector().actors();
    if (!isAllOf(context, living, requests)) {
      var named = new TreeSet<>(actors);
      context.dots().forEach(dot -> named.add(dot.actor()));
      living.forEach(sibling -> named.add(sibling.dot().actor()));
      requests.forEach(request -> named.add(request.dot().actor()));
      actors = List.copyOf(named);
    }
    out.varint(actors.size());
    actors.forEach(actor -> actor.write(out));
    return actors;
  }

  /** Whether the vector names every actor, as it nearly always does. */
  private static boolean isAllOf(Context context, List<Sibling> living, AppliedRequests requests) {
    var vector = context.vector();
    if (!context.dots().isEmpty()) {
      return false;
    }
    for (Sibling sibling : living) {
      if (vector.stamp(sibling.dot().actor()) == Timestamp.NONE) {
        return false;
      }
    }
    for (int i = 0; i < requests.size(); i++) {
      boolean isKnown = i > 0 && requests.actor(i).equals(requests.actor(i - 1)); // as it often is
      if (!isKnown && vector.stamp(requests.actor(i)) == Timestamp.NONE) {
        return false;
      }
    }
    return true;
  }

  private static List<Actor> readActors(ByteReader in) throws MalformedException {
    int count = in.count(Math.min(MAX_ENTRIES, in.remaining() / 16));
    var actors = new ArrayList<Actor>(count);
    for (int i = 0; i < count; i++) {
      var actor = Actor.read(in);
      if (i > 0 && actors.getLast().compareTo(actor) >= 0) {
        throw new MalformedException("actors out of order");
      }
      actors.add(actor);
    }
    return actors;
  }

  private static void writeContext(ByteWriter out, Context context, List<Actor> actors) {
    for (Actor actor : actors) {
      long stamp = context.vector().stamp(actor);
      out.varint(stamp == 0 ? 0 : stamp - actor.birth() + 1);
    }
    out.varint(context.dots().size());
    context.dots().forEach(dot -> writeDot(out, dot, actors));
  }

  private static Context readContext(ByteReader in, List<Actor> actors) throws MalformedException {
    var newest = new ArrayList<Dot>(actors.size());
    for (Actor actor : actors) {
      long since = in.varint();
      if (since != 0) {
        newest.add(new Dot(actor, stamp(actor, since - 1)));
      }
    }
    int count = in.count(Math.min(MAX_ENTRIES, in.remaining()));
    var dots = new ArrayList<Dot>(count);
    for (int i = 0; i < count; i++) {
      dots.add(readDot(in, actors));
    }
    var context = Context.of(VersionVector.ofAscending(newest), dots);
    if (!context.dots().equals(dots)) {
      throw new MalformedException("a context that is not in its shortest form");
    }
    return context;
  }

  private static void writeDot(ByteWriter out, Dot dot, List<Actor> actors) {
    out.varint(Collections.binarySearch(actors, dot.actor()));
    out.varint(dot.stamp() - dot.actor().birth());
  }

  private static Dot readDot(ByteReader in, List<Actor> actors) throws MalformedException {
    var actor = readActor(in, actors);
    return new Dot(actor, stamp(actor, in.varint()));
  }

  private static Actor readActor(ByteReader in, List<Actor> actors) throws MalformedException {
    if (actors.isEmpty()) {
      throw new MalformedException("a dot without an actor");
    }
    return actors.get(in.count(actors.size() - 1));
  }

  private static long stamp(Actor actor, long sinceBirth) throws MalformedException {
    long stamp = actor.birth() + sinceBirth;
    if (sinceBirth < 0 || stamp < actor.birth() || stamp > Timestamp.MAX) {
      throw new MalformedException("a stamp out of range");
    }
    return stamp;
  }

  private static int checksum(CRC32C record, Key key) {
    record.update(key.bytes().array());
    record.update(Bytes.utf8(key.namespace()).array());
    return (int) record.getValue();
  }
}
