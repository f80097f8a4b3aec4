package io.flywheel.simulator.mutant;

import java.io.IOException;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Loads core and the simulator once more, apart from those that run, with the classes of one
 * mutated file in the place of the originals.
 */
final class MutantLoader extends ClassLoader {
  private final Map<String, byte[]> mutated;

  MutantLoader(Map<String, byte[]> mutated) {
    super(MutantLoader.class.getClassLoader());
    this.mutated = mutated;
  }

  /** Runs one seed with the bug: tells what was found, {@code ""} for nothing. */
  @SuppressWarnings("unchecked")
  LongFunction<String> runner() {
    try {
      var type = loadClass(SeedRunner.class.getName());
      return (LongFunction<String>) type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    boolean own = name.startsWith("io.flywheel.core.") || name.startsWith("io.flywheel.simulator.");
    if (!own) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      var loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = mutated.get(name);
    if (bytes == null) {
      try (var in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        bytes = in.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
    return defineClass(name, bytes, 0, bytes.length);
  }
}
