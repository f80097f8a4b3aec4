package io.flywheel.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Answers;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Level;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings.BlindWrites;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ConfigReaderTest {
  private static final String SECRET = "0123456789abcdef";
  private static final Map<String, String> NONE = Map.of();

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void writeSecret() throws IOException {
    file = directory.resolve("flywheel.yaml");
    Files.writeString(directory.resolve("secret"), SECRET + "\n");
  }

  private String example() {
    return """
    cluster: carts                  # nodes of another cluster are refused
    node: node-1
    zone: {datacenter: dc2, rack: r7}
    data: ./data/node-1
    listen: {client: 127.0.0.1:7401, peer: "[::1]:7501"}
    secret: {file: %s/secret}
    seeds: [127.0.0.1:7501, node-2.example:7502]
    initial-members: [node-1, node-2, node-3]
    replication: {n: 3, r: 1, w: 2}
    partitions: 256
    durability: periodic
    hints: {limit: 0}
    limits: {value: 512KiB, siblings: 4, object: 8MiB}
    weight: 7
    namespaces:
      carts: {conflicts: siblings, overflow: keep-newest, blind-writes: refuse, ttl: 30d}
      log: {conflicts: last-write-wins}
      plain: {}
    transfers: {limit: 20MiB}
    lanes: 3
    """
        .formatted(directory);
  }

  private ServerConfig read(String yaml, Map<String, String> environment, Map<String, String> flags)
      throws IOException, ConfigException {
    Files.writeString(file, yaml);
    return ConfigReader.read(file, environment, flags);
  }

  private String refusal(String yaml, Map<String, String> environment, Map<String, String> flags)
      throws IOException {
    Files.writeString(file, yaml);
    var refused =
        assertThrows(
            ConfigException.class, () -> ConfigReader.read(file, environment, flags), yaml);
    String message = refused.getMessage();
    assertNotNull(message);
    assertEquals(1, message.lines().count(), message);
    return message.replace(directory + "/", "");
  }

  @Test
  void everySettingOfTheExampleIsRead() throws Exception {
    ServerConfig config = read(example(), NONE, NONE);

    assertEquals("node-1", config.node());
    assertEquals(new Zone("dc2", "r7"), config.zone());
    assertEquals(7, config.weight());
    assertEquals(Path.of("./data/node-1"), config.data());
    assertEquals("127.0.0.1:7401", config.client().toString());
    assertEquals("[::1]:7501", config.peer().toString());
    assertEquals("::1", config.peer().host());
    assertEquals(Bytes.utf8(SECRET), config.secret());
    assertEquals(List.of("127.0.0.1:7501", "node-2.example:7502"), config.seeds());
    assertEquals(List.of("node-1", "node-2", "node-3"), config.initialMembers());
    assertEquals(Durability.PERIODIC, config.durability());
    assertEquals(3, config.lanes());
    assertEquals(0, config.hintsLimitBytes());
    assertEquals(20L << 20, config.transferBytesPerSecond());

    var settings = config.settings();
    assertEquals("carts", settings.cluster());
    assertEquals(256, settings.partitions());
    assertEquals(Quorum.of(3, 1, 2), settings.quorum());
    assertEquals(new Limits(512 << 10, 4, 8 << 20), settings.records().limits());
    var carts = settings.records().namespace("carts");
    assertNotNull(carts);
    assertEquals(Overflow.KEEP_NEWEST, carts.overflow());
    assertEquals(BlindWrites.REFUSE, carts.blindWrites());
    assertEquals(30L * 86_400_000, carts.ttlMillis());
    var log = settings.records().namespace("log");
    assertNotNull(log);
    assertTrue(log.lastWriteWins());
    assertNotNull(settings.records().namespace("plain"));
    assertNotNull(settings.records().namespace("default"));

    assertFalse(config.nodeConfig().durable());
    assertEquals("[::1]:7501", config.nodeConfig().peerAddress());
  }

  @Test
  void whatIsLeftOutHasTheDefaultsOfTheExample() throws Exception {
    ServerConfig config =
        read("{cluster: c, node: a, seeds: [b:1]}", Map.of("FLYWHEEL_SECRET", SECRET), NONE);

    assertEquals(Zone.DEFAULT, config.zone());
    assertEquals(1, config.weight());
    assertEquals(Path.of("./data/a"), config.data());
    assertEquals("127.0.0.1:7401", config.client().toString());
    assertEquals("127.0.0.1:7501", config.peer().toString());
    assertEquals(List.of(), config.initialMembers());
    assertEquals(Durability.FSYNC, config.durability());
    assertEquals(1, config.lanes());
    assertEquals(10L << 30, config.hintsLimitBytes());
    assertEquals(50L << 20, config.transferBytesPerSecond());
    assertEquals(Quorum.majority(3), config.settings().quorum());
    assertEquals(4096, config.settings().partitions());
    assertEquals(Limits.DEFAULT, config.settings().records().limits());
  }

  @Test
  void theEnvironmentWinsOverTheFileAndFlagsOverBoth() throws Exception {
    var environment =
        Map.ofEntries(
            Map.entry("FLYWHEEL_HINTS_LIMIT", "5MiB"),
            Map.entry("FLYWHEEL_TRANSFERS_LIMIT", "1GiB"),
            Map.entry("FLYWHEEL_REPLICATION_W", "3"),
            Map.entry("FLYWHEEL_REPLICATION_R", "3"),
            Map.entry("FLYWHEEL_INITIAL_MEMBERS", "node-1, node-9,node-8"),
            Map.entry("FLYWHEEL_LISTEN_CLIENT", "10.0.0.1:80"),
            Map.entry("FLYWHEEL_SEEDS", ""),
            Map.entry("FLYWHEEL_NAMESPACES_CARTS_BLIND_WRITES", "allow"),
            Map.entry("FLYWHEEL_NAMESPACES_FRESH_CONFLICTS", "last-write-wins"),
            Map.entry("FLYWHEEL_SECRET", "fedcba9876543210"),
            Map.entry("PATH", "/bin"));
    ServerConfig config =
        read(example(), environment, Map.of("replication.w", "1", "hints.limit", "1KiB"));

    assertEquals(1024, config.hintsLimitBytes());
    assertEquals(1L << 30, config.transferBytesPerSecond());
    assertEquals(Quorum.of(3, 3, 1), config.settings().quorum());
    assertEquals(List.of("node-1", "node-9", "node-8"), config.initialMembers());
    assertEquals("10.0.0.1:80", config.client().toString());
    assertEquals(List.of(), config.seeds());
    assertEquals(Bytes.utf8("fedcba9876543210"), config.secret());
    var carts = config.settings().records().namespace("carts");
    assertNotNull(carts);
    assertEquals(BlindWrites.ALLOW, carts.blindWrites());
    assertEquals(Overflow.KEEP_NEWEST, carts.overflow());
    var fresh = config.settings().records().namespace("fresh");
    assertNotNull(fresh);
    assertEquals(Conflicts.LAST_WRITE_WINS, fresh.conflicts());
  }

  @Test
  void dataCentresHaveNumbersOfCopies() throws Exception {
    String yaml = example().replace("n: 3, r: 1, w: 2", "dc2: 2, eu.west: 1");
    var settings = read(yaml, NONE, NONE).settings();
    assertEquals(Replication.of(Map.of("dc2", 2, "eu.west", 1)), settings.replication());
    assertEquals(Quorum.majority(3), settings.quorum());
    var plain = read(example(), NONE, NONE).settings();
    assertEquals(Replication.spread(3), plain.replication());
    assertNotEquals(plain.beginning(), settings.beginning());
    assertEquals(plain.fingerprint(), settings.fingerprint(), "copies may change");

    var fewer = Map.of("FLYWHEEL_REPLICATION_EU_WEST", "1", "FLYWHEEL_REPLICATION_DC2", "1");
    var changed = read(yaml, fewer, Map.of("replication.r", "1")).settings();
    assertEquals(Replication.of(Map.of("dc2", 1, "eu.west", 1)), changed.replication());
    assertEquals(new Quorum(2, Answers.of(1), Answers.of(Level.QUORUM)), changed.quorum());
    assertNotEquals(settings.beginning(), changed.beginning());
  }

  @ParameterizedTest
  @EnumSource(Level.class)
  void whatRequestsWaitForThatDoNotSayMayHaveAName(Level level) throws Exception {
    String yaml = example().replace("r: 1, w: 2", "r: 3, w: " + level);
    var quorum = read(yaml, NONE, NONE).settings().quorum();
    assertEquals(new Quorum(3, Answers.of(3), Answers.of(level)), quorum);
    assertEquals(level.toString(), quorum.writes().toString(), "as it was given");
    var environment = Map.of("FLYWHEEL_REPLICATION_R", level.toString());
    assertEquals(Answers.of(level), read(yaml, environment, NONE).settings().quorum().reads());
  }

  @Test
  void variablesOfTheCommandLineAreNotTheNodes() throws Exception {
    var environment =
        Map.of("FLYWHEEL_NODE", "127.0.0.1:7402", "FLYWHEEL_JAVA_OPTS", "-Xmx1g -verbose");
    assertEquals("node-1", read(example(), environment, NONE).node());
  }

  @Test
  void aFlagNamesAnotherSecretThanTheEnvironment() throws Exception {
    Path other = Files.writeString(directory.resolve("other"), "another-secret-here");
    var config =
        read(example(), Map.of("FLYWHEEL_SECRET", SECRET), Map.of("secret.file", other.toString()));
    assertEquals(Bytes.utf8("another-secret-here"), config.secret());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // what is replaced | by what | where it is refused | part of the reason
        "node: node-1|nodes: node-1|2|nodes: there is no such setting",
        "n: 3, r: 1|n: 3, n: 2, r: 1|9|replication.n: set twice",
        "partitions: 256|cluster: other|10|cluster: set twice, first at",
        "n: 3, r: 1|n: 3, q: 1|9|no such setting in replication; there are n, r, w",
        "n: 3, r: 1|n: 3, dc2: 3, r: 1|9|replication.dc2: there is no such setting in replication",
        "n: 3, r: 1|dc1: 3, r: 1|9|this node stands in dc2 (zone.datacenter), which has no copies",
        "n: 3, r: 1|dc1: 2, dc2: 2, r: 1|9|4 copies in all do not fit on 3 initial-members",
        "n: 3, r: 1|dc1: 9, dc2: 9, r: 1|9|9 copies in all do not fit on 3",
        "n: 3, r: 1|dc1: 0, dc2: 3, r: 1|9|replication.dc1: 0 is not between 1 and 16",
        "n: 3, r: 1|dc1: three, dc2: 3, r: 1|9|replication.dc1: three is not a whole number",
        "n: 3, r: 1|dc1: 1, dc2: 1, r: 3|9|replication.r: 3 is above the sum of copies, which is 2",
        "overflow: keep-newest|colour: red|16|no such setting in namespaces.carts",
        "limit: 0|limit: 10GB|12|10GB is not a size",
        "limit: 0|limit: -1|12|-1 is not a size",
        "limit: 0|limit: 9999999999TiB|12|is not a size",
        "limit: 0|limit: 1.5GiB|12|is not a size",
        "ttl: 30d|ttl: 30|16|30 is not a duration",
        "ttl: 30d|ttl: 1 h|16|is not a duration",
        "ttl: 30d|ttl: 0s|16|is not between",
        "ttl: 30d|ttl: 40000d|16|is not between",
        "n: 3, r: 1|n: 4, r: 1|9|4 copies do not fit on 3 initial-members",
        "n: 3, r: 1|n: 0, r: 1|9|0 is not between",
        "r: 1|r: 4|9|replication.r: 4 is above replication.n, which is 3",
        "w: 2|w: 4|9|replication.w: 4 is above replication.n, which is 3",
        "w: 2|w: 0|9|0 is not between 1 and",
        "w: 2|w: two|9|replication.w: two is neither a whole number nor one of one, quorum, all,"
            + " local",
        "w: 2|w: LOCAL_QUORUM|9|replication.w: LOCAL_QUORUM is neither a whole number nor one of",
        "w: 2|w: 2.0|9|2.0 is neither a whole number nor one of",
        "w: 2|w: 02|9|02 is neither a whole number nor one of",
        "w: 2|w: [2]|9|replication.w: it is a single value",
        "w: 2|w: |9|replication.w: has no value",
        "partitions: 256|partitions: 0|10|between 1 and 65536",
        "partitions: 256|partitions: 65537|10|between 1 and 65536",
        "value: 512KiB|value: 17MiB|13|is not between",
        "value: 512KiB|value: 0|13|is not between",
        "siblings: 4|siblings: 0|13|between 1 and",
        "object: 8MiB|object: 100KiB|13|at least as large as limits.value",
        "object: 8MiB|object: 1GiB|13|is not between",
        "weight: 7|weight: 0|14|is not between",
        "durability: periodic|durability: never|11|never is not one of fsync, periodic",
        "conflicts: siblings|conflicts: newest|16|is not one of siblings, last-write-wins",
        "client: 127.0.0.1:7401|client: 7401|5|is not an address",
        "client: 127.0.0.1:7401|client: 127.0.0.1:70000|5|is not an address",
        "client: 127.0.0.1:7401|client: 127.0.0.1:0|5|is not an address",
        "client: 127.0.0.1:7401|client: 0.0.0.0:7401|5|names no machine",
        "client: 127.0.0.1:7401|client: `[::]:7401`|5|names no machine",
        "client: 127.0.0.1:7401|client: `[::1]:7501`|5|the clients' address already",
        "[node-1, node-2, node-3]|[node-4, node-2, node-3]|8|node-1 is not among them",
        "[node-1, node-2, node-3]|[node-1, node-2, node-2]|8|node-2 is named twice",
        "[node-1, node-2, node-3]|[node-1, {a: b}, node-3]|8|single values",
        "[node-1, node-2, node-3]|node-1|8|it is a list",
        "node: node-1|node: a/b|2|a/b is not a name",
        "node: node-1|node: [a]|2|node: it is a single value",
        "cluster: carts|cluster: ..|1|.. is not a name",
        "zone: {datacenter: dc2, rack: r7}|zone: dc2|3|it is a group of settings",
        "secret: {file: |secret: {path: |6|no such setting in secret",
        "/secret}|/no-secret}|6|there is no file",
        "data: ./data/node-1|data: !!str 5|4|aliases and tags",
        "data: ./data/node-1|data: *there|4|aliases and tags",
        "seeds: [127.0.0.1:7501,|seeds: [nowhere,|7|nowhere is not an address",
        "weight: 7|weight: 7: 8|14|not YAML",
        "limit: 20MiB|limit: 20MB|19|20MB is not a size",
        "limit: 20MiB|limit: 0|19|is not between",
        "limit: 20MiB|rate: 20MiB|19|no such setting in transfers; there are limit",
        "lanes: 3|lanes: 0|20|lanes: 0 is not between 1 and 64",
        "lanes: 3|lanes: 65|20|lanes: 65 is not between 1 and 64",
        "lanes: 3|lanes: auto|20|lanes: auto is not a whole number",
      })
  void whatIsWrongIsRefusedWithItsLine(String found, String replacement, int line, String reason)
      throws Exception {
    String yaml = example().replace(found, replacement.replace("`", "\""));
    String refusal = refusal(yaml, NONE, NONE);
    assertTrue(refusal.startsWith("flywheel.yaml:" + line + ": "), refusal);
    assertTrue(refusal.contains(reason), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FLYWHEEL_HINT_LIMIT|0|FLYWHEEL_HINT_LIMIT: there is no such setting",
        "FLYWHEEL_HINTS_LIMIT|many|FLYWHEEL_HINTS_LIMIT: hints.limit: many is not a size",
        "FLYWHEEL_TRANSFERS_LIMIT|fast|FLYWHEEL_TRANSFERS_LIMIT: transfers.limit: fast is not a",
        "FLYWHEEL_HINTS_LIMIT|' '|FLYWHEEL_HINTS_LIMIT: hints.limit: has no value",
        "FLYWHEEL_NAMESPACES_CARTS|x|FLYWHEEL_NAMESPACES_CARTS: there is no such setting",
        "FLYWHEEL_SECRET|short|FLYWHEEL_SECRET: secret: the secret has 5 bytes",
        "FLYWHEEL_REPLICATION_DC2|2|FLYWHEEL_REPLICATION_DC2: replication.dc2: there is no such",
        "FLYWHEEL_REPLICATION_N|5|FLYWHEEL_REPLICATION_N: replication.n: 5 copies do not fit",
      })
  void variablesAreRefusedByTheirName(String name, String value, String reason) throws Exception {
    String refusal = refusal(example(), Map.of(name, value), NONE);
    assertTrue(refusal.startsWith(reason), refusal);
  }

  @Test
  void flagsAreRefusedByTheirPath() throws Exception {
    String unknown = refusal(example(), NONE, Map.of("colour", "red"));
    assertEquals("flag colour: there is no such setting", unknown);
    String secret = refusal(example(), NONE, Map.of("secret", SECRET));
    assertTrue(secret.contains("only its members"), secret);
    String above = refusal(example(), NONE, Map.of("replication.r", "4"));
    assertTrue(above.startsWith("flag replication.r: replication.r: 4 is above"), above);
  }

  @Test
  void whatMustNotBeMissingIsNamed() throws Exception {
    var secret = Map.of("FLYWHEEL_SECRET", SECRET);
    assertTrue(refusal("{node: a, seeds: [b:1]}", secret, NONE).contains("cluster: is missing"));
    assertTrue(refusal("{cluster: a, seeds: [b:1]}", secret, NONE).contains("node: is missing"));
    assertTrue(refusal("{cluster: a, node: a}", secret, NONE).contains("seeds: is missing"));
    String noSecret = refusal("{cluster: a, node: a, seeds: [b:1]}", NONE, NONE);
    assertTrue(noSecret.startsWith("flywheel.yaml:1: secret: is missing"), noSecret);
  }

  @Test
  void whatIsNoConfigurationAtAllIsRefused() throws Exception {
    assertTrue(refusal("", NONE, NONE).startsWith("flywheel.yaml:1: "));
    assertTrue(refusal("[1, 2]", NONE, NONE).startsWith("flywheel.yaml:1: "));
    assertTrue(refusal(example() + "\n---\nnode: b\n", NONE, NONE).contains("a second document"));
    String deep = refusal("{".repeat(100_000), NONE, NONE);
    assertTrue(deep.startsWith("flywheel.yaml:"), deep);

    Files.delete(file);
    var absent =
        assertThrows(ConfigException.class, () -> ConfigReader.read(file, NONE, NONE)).getMessage();
    assertEquals(file + ": there is no such file", absent);
    Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff});
    var binary =
        assertThrows(ConfigException.class, () -> ConfigReader.read(file, NONE, NONE)).getMessage();
    assertEquals(file + ":1: not UTF-8", binary);
  }
}
