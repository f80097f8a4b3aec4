package io.flywheel.simulator.world;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Storage;
import java.io.IOException;
import java.util.List;

/**
 * What a process does when its disk fails: it stops. The server's rule, apart so that it can be
 * broken on purpose.
 */
final class StoragePolicy {
  private StoragePolicy() {}

  /** False when the process must stop. */
  static boolean write(Storage storage, List<Mutation> mutations) {
    try {
      storage.write(mutations);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** False when the process must stop. */
  static boolean sync(Storage storage) {
    try {
      storage.sync();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
