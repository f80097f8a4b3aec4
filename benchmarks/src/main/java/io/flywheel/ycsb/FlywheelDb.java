package io.flywheel.ycsb;

import io.flywheel.client.Change;
import io.flywheel.client.Delete;
import io.flywheel.client.DeleteOptions;
import io.flywheel.client.Fetched;
import io.flywheel.client.FlywheelException;
import io.flywheel.client.InvalidRequestException;
import io.flywheel.client.Merge;
import io.flywheel.client.NotDoneException;
import io.flywheel.client.Put;
import io.flywheel.client.PutOptions;
import io.flywheel.client.Read;
import io.flywheel.client.ReadOptions;
import io.flywheel.client.Store;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.Vector;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import site.ycsb.ByteIterator;
import site.ycsb.DB;
import site.ycsb.DBException;
import site.ycsb.Status;

/**
 * YCSB's view of a Flywheel cluster. A record is one value with all of its fields in it, under its
 * own key; the namespace stands for the table.
 *
 * <p>An update that does not write all fields is a get and then a put, with the context of the get,
 * because a node keeps a value as it is. Threads of this process that update the same record while
 * another one does so go together, see {@link Store#update}. Another process that updates other
 * fields of it at the same time may win over this one's, as the namespace says; what lost is in the
 * log of discarded values.
 *
 * <p>YCSB makes one of these for each of its threads; they share one client.
 */
public final class FlywheelDb extends DB {
  private static final Merge<byte[]> MERGE = Fields::merge;

  private @Nullable SharedClient shared;
  private @Nullable Session session;

  /** What a thread has between {@link #init} and {@link #cleanup}. */
  private record Session(
      Settings settings,
      Store<byte[]> store,
      PutOptions put,
      ReadOptions read,
      DeleteOptions delete) {
    static Session of(Settings settings, Store<byte[]> store) {
      return new Session(
          settings,
          store,
          settings.w() == 0 ? Put.usual() : Put.w(settings.w()),
          settings.r() == 0 ? Read.usual() : Read.r(settings.r()),
          settings.w() == 0 ? Delete.usual() : Delete.w(settings.w()));
    }
  }

  @Override
  public void init() throws DBException {
    Properties properties = getProperties();
    try {
      Settings settings = Settings.of(properties);
      shared = SharedClient.join(settings);
      session = Session.of(settings, shared.store());
    } catch (IllegalArgumentException e) {
      throw new DBException(e.getMessage(), e);
    }
  }

  @Override
  public void cleanup() {
    if (shared != null) {
      shared.leave();
      shared = null;
      session = null;
    }
  }

  private Session session() {
    if (session == null) {
      throw new IllegalStateException("init() comes first");
    }
    return session;
  }

  @Override
  public Status insert(String table, String key, Map<String, ByteIterator> values) {
    Session own = session();
    return outcome(
        () -> {
          own.store.put(key, Fields.encode(values), own.put);
          return Status.OK;
        });
  }

  @Override
  public Status read(
      String table, String key, @Nullable Set<String> fields, Map<String, ByteIterator> result) {
    Session own = session();
    return outcome(
        () -> {
          Fetched<byte[]> found = own.store.get(key, own.read);
          if (found.isEmpty()) {
            return Status.NOT_FOUND;
          }
          Fields.decode(whole(found), fields, result);
          return Status.OK;
        });
  }

  @Override
  public Status update(String table, String key, Map<String, ByteIterator> values) {
    Session own = session();
    if (own.settings.replaces() || values.size() >= own.settings.fieldCount()) {
      return insert(table, key, values);
    }
    return outcome(
        () -> {
          own.store.updateAsync(key, MERGE, changing(values), own.put, own.read).join();
          return Status.OK;
        });
  }

  private static Change<byte[]> changing(Map<String, ByteIterator> values) {
    return record -> {
      if (record == null) {
        throw new NoRecordException();
      }
      return Fields.replace(record, values);
    };
  }

  private static byte[] whole(Fetched<byte[]> found) {
    return found.hasSiblings() ? found.merged(Fields::merge).orElseThrow() : found.value();
  }

  @Override
  public Status delete(String table, String key) {
    Session own = session();
    return outcome(
        () -> {
          own.store.delete(key, own.delete);
          return Status.OK;
        });
  }

  /** Keys are placed by their hash: there is no order to go along. */
  @Override
  @SuppressWarnings("NonApiType") // YCSB wants it so.
  public Status scan(
      String table,
      String startKey,
      int records,
      @Nullable Set<String> fields,
      Vector<HashMap<String, ByteIterator>> result) {
    return Status.NOT_IMPLEMENTED;
  }

  private static Status outcome(Supplier<Status> operation) {
    try {
      return operation.get();
    } catch (CompletionException e) {
      return status(e.getCause());
    } catch (FlywheelException | MalformedRecordException | NoRecordException e) {
      return status(e);
    }
  }

  /** YCSB counts statuses; what failed is told once for each reason. */
  private static Status status(@Nullable Throwable cause) {
    if (cause instanceof FlywheelException failure) {
      SharedClient.complain(failure.reason(), failure);
      if (failure instanceof NotDoneException) {
        return Status.SERVICE_UNAVAILABLE;
      }
      return failure instanceof InvalidRequestException ? Status.BAD_REQUEST : Status.ERROR;
    }
    if (cause instanceof NoRecordException) {
      return Status.NOT_FOUND;
    }
    if (cause instanceof MalformedRecordException malformed) {
      SharedClient.complain("malformed", malformed);
      return Status.UNEXPECTED_STATE;
    }
    throw new IllegalStateException(cause);
  }
}
