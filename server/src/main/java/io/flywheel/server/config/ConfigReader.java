package io.flywheel.server.config;

import io.flywheel.core.model.Answers;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Level;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.BlindWrites;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.model.PlainName;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Ring;
import io.flywheel.server.runtime.Lanes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a node's configuration: a file, over it the environment's {@code FLYWHEEL_*} (a setting's
 * path in capitals, joined by {@code _}), over that flags. Nothing is guessed: what is unknown,
 * doubled, out of range or at odds with the rest is refused with the place where it was written.
 */
public final class ConfigReader {
  private static final int MOST_SECRET_BYTES = 4096;

  /** With less a change of the ring would never come to its end. */
  private static final long LEAST_TRANSFER_BYTES_PER_SECOND = 64L << 10;

  private static final String NAME_RULE = " is not a name: " + PlainName.RULE;

  private final Settings settings;

  private ConfigReader(Settings settings) {
    this.settings = settings;
  }

  /**
   * Reads the configuration of one node.
   *
   * @param environment all of the process's variables; only those meant for a node are looked at
   * @param flags values by the path of their setting, such as {@code replication.n}
   */
  public static ServerConfig read(
      Path file, Map<String, String> environment, Map<String, String> flags)
      throws ConfigException {
    return new ConfigReader(Settings.of(file, environment, flags)).read();
  }

  private ServerConfig read() throws ConfigException {
    String node = name("node");
    List<String> initialMembers = initialMembers(node);
    List<String> seeds = seeds(initialMembers);
    Address client = settings.address("listen.client", new Address("127.0.0.1", 7401));
    Address peer = settings.address("listen.peer", new Address("127.0.0.1", 7501));
    if (client.equals(peer)) {
      throw settings.refused("listen.peer", peer + " is the clients' address already");
    }
    return new ServerConfig(
        node,
        new Zone(
            named("zone.datacenter", Zone.DEFAULT.datacenter()),
            named("zone.rack", Zone.DEFAULT.rack())),
        settings.integer("weight", 1, Member.MAX_WEIGHT, 1),
        path("data", "./data/" + node),
        client,
        peer,
        secret(),
        seeds,
        initialMembers,
        settings.choice("durability", Durability.FSYNC),
        settings.integer("lanes", 1, Lanes.MOST, 1),
        settings.sizeBytes("hints.limit", 0, Long.MAX_VALUE, 10L << 30),
        settings.sizeBytes(
            "transfers.limit",
            LEAST_TRANSFER_BYTES_PER_SECOND,
            Long.MAX_VALUE,
            ServerConfig.DEFAULT_TRANSFER_BYTES_PER_SECOND),
        clusterSettings(initialMembers.size()));
  }

  private List<String> initialMembers(String node) throws ConfigException {
    var names = new ArrayList<String>();
    for (Setting member : settings.members("initial-members", true)) {
      if (!PlainName.fits(member.value())) {
        throw member.refused(member.value() + NAME_RULE);
      }
      names.add(member.value());
    }
    if (!names.isEmpty() && !names.contains(node)) {
      throw settings.refused(
          "initial-members", node + " is not among them; a node that joins later names none");
    }
    return List.copyOf(names);
  }

  private List<String> seeds(List<String> initialMembers) throws ConfigException {
    var seeds = new ArrayList<String>();
    for (Setting seed : settings.members("seeds", true)) {
      seeds.add(Settings.address(seed).toString());
    }
    if (seeds.isEmpty() && initialMembers.isEmpty()) {
      throw settings.refused("seeds", "is missing: a node that joins needs one to begin with");
    }
    return List.copyOf(seeds);
  }

  private ClusterSettings clusterSettings(int initialMembers) throws ConfigException {
    String cluster = name("cluster");
    int partitions = settings.integer("partitions", 1, Partition.MOST, 4096);
    Replication replication =
        settings.datacenters().isEmpty() ? spread(initialMembers) : byDatacenter(initialMembers);
    return new ClusterSettings(
        cluster, partitions, replication, quorum(replication), limits(), namespaces());
  }

  private Replication spread(int initialMembers) throws ConfigException {
    int n = settings.integer("replication.n", 1, Ring.MOST_REPLICAS, 3);
    if (initialMembers > 0 && n > initialMembers) {
      throw settings.refused(
          "replication.n", n + " copies do not fit on " + initialMembers + " initial-members");
    }
    return Replication.spread(n);
  }

  private Replication byDatacenter(int initialMembers) throws ConfigException {
    var copies = new TreeMap<String, Integer>();
    int n = 0;
    for (String name : settings.datacenters()) {
      String path = Vocabulary.path(Vocabulary.REPLICATION, name);
      if (settings.find("replication.n") != null || !PlainName.fits(name)) {
        throw settings.refused(
            path,
            "there is no such setting in replication; there are n, r, w,"
                + " and in place of n names of data centres");
      }
      copies.put(name, settings.integer(path, 1, Ring.MOST_REPLICAS, 1));
      n += settings.integer(path, 1, Ring.MOST_REPLICAS, 1);
      if (n > Ring.MOST_REPLICAS) {
        throw settings.refused(path, n + " copies in all are above " + Ring.MOST_REPLICAS);
      }
      if (initialMembers > 0 && n > initialMembers) {
        throw settings.refused(
            path, n + " copies in all do not fit on " + initialMembers + " initial-members");
      }
    }
    String here = settings.text("zone.datacenter", Zone.DEFAULT.datacenter());
    if (!copies.containsKey(here)) {
      throw settings.refused(
          Vocabulary.REPLICATION,
          "this node stands in "
              + here
              + " (zone.datacenter), which has no copies; there are "
              + String.join(", ", copies.keySet()));
    }
    return Replication.of(copies);
  }

  private Quorum quorum(Replication replication) throws ConfigException {
    return new Quorum(
        replication.n(),
        answers("replication.r", replication),
        answers("replication.w", replication));
  }

  private Answers answers(String path, Replication replication) throws ConfigException {
    Level level = Level.named(settings.text(path, Level.QUORUM.toString()));
    if (level != null) {
      return Answers.of(level);
    }
    if (!settings.isWhole(path)) {
      throw settings.refused(
          path, settings.text(path, "") + " is neither a whole number nor one of " + Level.NAMES);
    }
    int answers = settings.integer(path, 1, Ring.MOST_REPLICAS, 1);
    if (answers > replication.n()) {
      String copies = replication.isByDatacenter() ? "the sum of copies" : "replication.n";
      throw settings.refused(
          path, answers + " is above " + copies + ", which is " + replication.n());
    }
    return Answers.of(answers);
  }

  private Limits limits() throws ConfigException {
    var limits = Limits.DEFAULT;
    int value =
        (int) settings.sizeBytes("limits.value", 1, Limits.MOST_VALUE_BYTES, limits.valueBytes());
    int siblings = settings.integer("limits.siblings", 1, Limits.MOST_SIBLINGS, limits.siblings());
    int object =
        (int)
            settings.sizeBytes("limits.object", 1, Limits.MOST_OBJECT_BYTES, limits.objectBytes());
    if (object < value) {
      throw settings.refused("limits.object", "an object is at least as large as limits.value");
    }
    return new Limits(value, siblings, object);
  }

  private List<NamespaceSettings> namespaces() throws ConfigException {
    var namespaces = new ArrayList<NamespaceSettings>();
    for (String name : settings.namespaces()) {
      String path = Vocabulary.NAMESPACES + "." + name;
      if (!PlainName.fits(name)) {
        throw settings.refused(path, name + NAME_RULE);
      }
      var conflicts =
          name.equals(NamespaceSettings.LWW.name())
              ? Conflicts.LAST_WRITE_WINS
              : Conflicts.SIBLINGS;
      namespaces.add(
          new NamespaceSettings(
              name,
              settings.choice(path + ".conflicts", conflicts),
              settings.choice(path + ".overflow", Overflow.REFUSE),
              settings.choice(path + ".blind-writes", BlindWrites.ALLOW),
              settings.durationMillis(path + ".ttl", 1, NamespaceSettings.LONGEST_TTL_MILLIS, 0)));
    }
    return namespaces;
  }

  private Bytes secret() throws ConfigException {
    var given = settings.find(Vocabulary.SECRET);
    if (given != null && given.form() == Setting.Form.TEXT) {
      return checked(given, Bytes.utf8(given.value().strip()));
    }
    var file = settings.find(Vocabulary.SECRET_FILE);
    if (file == null) {
      throw settings.refused(
          Vocabulary.SECRET, "is missing: name its file, {file: ...}, or set FLYWHEEL_SECRET");
    }
    var path = path(Vocabulary.SECRET_FILE, "");
    try {
      if (Files.size(path) > MOST_SECRET_BYTES) {
        throw file.refused(path + " is above " + MOST_SECRET_BYTES + " bytes");
      }
      return checked(file, withoutBlankEnds(Files.readAllBytes(path)));
    } catch (NoSuchFileException e) {
      throw file.refused("there is no file " + path);
    } catch (IOException e) {
      throw file.refused(path + " cannot be read: " + e.getMessage());
    }
  }

  private static Bytes checked(Setting setting, Bytes secret) throws ConfigException {
    if (secret.length() < ServerConfig.MIN_SECRET_BYTES) {
      throw setting.refused(
          "the secret has "
              + secret.length()
              + " bytes and needs at least "
              + ServerConfig.MIN_SECRET_BYTES);
    }
    return secret;
  }

  /** Editors end files with a line feed, which is no part of a secret. */
  private static Bytes withoutBlankEnds(byte[] content) {
    int start = 0;
    int end = content.length;
    while (end > start && isBlank(content[end - 1])) {
      end--;
    }
    while (start < end && isBlank(content[start])) {
      start++;
    }
    return Bytes.wrap(Arrays.copyOfRange(content, start, end));
  }

  private static boolean isBlank(byte value) {
    return value == ' ' || value == '\n' || value == '\r' || value == '\t';
  }

  private Path path(String path, String otherwise) throws ConfigException {
    String text = settings.text(path, otherwise);
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw settings.refused(path, text.length() + " characters that are no path");
    }
  }

  private String name(String path) throws ConfigException {
    settings.required(path);
    return named(path, "");
  }

  private String named(String path, String otherwise) throws ConfigException {
    String name = settings.text(path, otherwise);
    if (!PlainName.fits(name)) {
      throw settings.refused(path, name + NAME_RULE);
    }
    return name;
  }
}
