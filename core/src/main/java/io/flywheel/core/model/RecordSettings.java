package io.flywheel.core.model;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings that shape records. They are the cluster's, as of one epoch: configured at its
 * formation, and later changed through the ring log. A namespace never goes away, and what its
 * conflicts become never changes, so whoever knows a namespace at all merges its records as
 * everybody else does.
 */
public record RecordSettings(Limits limits, SortedMap<String, NamespaceSettings> namespaces) {
  /** The cluster is told whole at times, so it is kept of a moderate size. */
  public static final int MOST_NAMESPACES = 1_000;

  public static final RecordSettings DEFAULT = of(Limits.DEFAULT, List.of());

  public RecordSettings {
    namespaces = Collections.unmodifiableSortedMap(new TreeMap<>(namespaces));
  }

  /** With the two namespaces that there are everywhere. */
  public static RecordSettings of(Limits limits, Collection<NamespaceSettings> named) {
    var namespaces = new TreeMap<String, NamespaceSettings>();
    namespaces.put(NamespaceSettings.DEFAULT.name(), NamespaceSettings.DEFAULT);
    namespaces.put(NamespaceSettings.LWW.name(), NamespaceSettings.LWW);
    named.forEach(namespace -> namespaces.put(namespace.name(), namespace));
    return new RecordSettings(limits, namespaces);
  }

  public @Nullable NamespaceSettings namespace(String name) {
    return namespaces.get(name);
  }

  /** The same with this namespace, in the place of its namesake where there is one. */
  public RecordSettings with(NamespaceSettings namespace) {
    var all = new TreeMap<>(namespaces);
    all.put(namespace.name(), namespace);
    return new RecordSettings(limits, all);
  }

  /** The same with these limits. */
  public RecordSettings with(Limits others) {
    return new RecordSettings(others, namespaces);
  }

  /**
   * Why there cannot be this namespace, or not with these settings; empty when there can, and when
   * there is.
   *
   * @param isNew whether there is to be none of that name yet
   */
  public String objection(NamespaceSettings wanted, boolean isNew) {
    var present = namespace(wanted.name());
    if (present == null && !isNew) {
      return "there is no namespace " + wanted.name();
    }
    return present != null && isNew && !present.equals(wanted)
        ? "there is a namespace " + wanted.name() + " already, with other settings"
        : objection(with(wanted));
  }

  /** Why these settings cannot become those; empty when they can. */
  public String objection(RecordSettings next) {
    if (!next.limits.objection().isEmpty()) {
      return next.limits.objection();
    }
    if (next.namespaces.size() > MOST_NAMESPACES) {
      return "there are " + MOST_NAMESPACES + " namespaces at the most";
    }
    for (NamespaceSettings namespace : next.namespaces.values()) {
      if (!namespace.objection().isEmpty()) {
        return namespace.objection();
      }
    }
    for (NamespaceSettings present : namespaces.values()) {
      var namesake = next.namespace(present.name());
      if (namesake == null) {
        return "a namespace never goes away";
      }
      if (namesake.conflicts() != present.conflicts()) {
        return "what conflicts become in "
            + present.name()
            + " was settled when it came to be: replicas that disagreed about it, even for a"
            + " moment, would lose writes; create another namespace for it";
      }
    }
    return "";
  }

  /** In what these, which somebody has configured, can never be those; empty where they can. */
  public String contradiction(Collection<NamespaceSettings> configured) {
    for (NamespaceSettings namespace : configured) {
      var present = namespace(namespace.name());
      if (present != null && present.conflicts() != namespace.conflicts()) {
        return "it is configured with other conflicts of namespace "
            + namespace.name()
            + " than the cluster has";
      }
    }
    return "";
  }

  public void write(ByteWriter out) {
    limits.write(out);
    out.varint(namespaces.size());
    namespaces.values().forEach(namespace -> namespace.write(out));
  }

  /** Reads some that came from outside. */
  public static RecordSettings read(ByteReader in) throws MalformedException {
    var limits = Limits.read(in);
    int count = in.count(Math.min(MOST_NAMESPACES, in.remaining()));
    var namespaces = new TreeMap<String, NamespaceSettings>();
    for (int i = 0; i < count; i++) {
      var namespace = NamespaceSettings.read(in);
      namespaces.put(namespace.name(), namespace);
    }
    return new RecordSettings(limits, namespaces);
  }
}
