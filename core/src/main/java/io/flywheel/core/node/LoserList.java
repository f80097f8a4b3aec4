package io.flywheel.core.node;

import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.core.replica.LoserLog.Listing;
import io.flywheel.core.replica.LoserLog.Loser;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of losers, page by page, and keeps the newest of those that were asked for: so many
 * entries, and no more bytes than an answer should have.
 */
final class LoserList {
  private static final int PAGE_ENTRIES = 256;
  private static final int PAGE_BYTES = 1 << 20;
  private static final long MOST_BYTES = 8L << 20;

  private final Scanner scanner;
  private final @Nullable Key wanted;
  private final int most;
  private final Consumer<Listing> whenRead;
  private final ArrayDeque<Loser> newest = new ArrayDeque<>();
  private long bytes;
  private boolean leftOut;

  LoserList(Scanner scanner, @Nullable Key wanted, int most, Consumer<Listing> whenRead) {
    this.scanner = scanner;
    this.wanted = wanted;
    this.most = most;
    this.whenRead = whenRead;
  }

  void read() {
    read(Bytes.EMPTY);
  }

  private void read(Bytes from) {
    scanner.scan(Table.LOSERS, from, null, PAGE_ENTRIES, PAGE_BYTES, this::found);
  }

  private void found(Scanned result) {
    switch (result) {
      case Scanned.Failed _ -> end(false);
      case Scanned.Page page -> {
        page.entries().forEach(this::found);
        var next = page.next();
        if (next != null) {
          read(next);
        } else {
          end(!leftOut);
        }
      }
    }
  }

  private void end(boolean complete) {
    whenRead.accept(new Listing(List.copyOf(newest), complete));
  }

  private void found(Scanned.Entry entry) {
    Loser loser;
    try {
      loser = LoserLog.decode(entry.value());
    } catch (MalformedException e) {
      return; // nothing that could be shown
    }
    if (wanted != null && !wanted.equals(loser.key())) {
      return;
    }
    newest.add(loser);
    bytes += bytes(loser);
    while (newest.size() > most || (bytes > MOST_BYTES && newest.size() > 1)) {
      bytes -= bytes(newest.remove());
      leftOut = true;
    }
  }

  private static long bytes(Loser loser) {
    return (long) loser.key().bytes().length() + loser.sibling().value().length();
  }
}
