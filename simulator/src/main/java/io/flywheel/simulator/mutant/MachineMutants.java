package io.flywheel.simulator.mutant;

import java.util.List;

/**
 * Traps 46 to 58: disks that fail or are full, and what was found while reviewing the design. What
 * a process does when its disk fails is not core's to decide: there the edit is made to the rule
 * that the simulator shares in spirit with the server, and the server's own is tried with real
 * processes.
 */
final class MachineMutants {
  private static final String STORAGE_POLICY = "io/flywheel/simulator/world/StoragePolicy.java";
  private static final String SIBLINGS = "io/flywheel/core/version/Siblings.java";

  private MachineMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "46",
            "a failed sync is tried again, and 'succeeds'",
            STORAGE_POLICY,
            "    try {\n      storage.sync();\n      return true;\n    } catch (IOException e) {\n"
                + "      return false;",
            "    try {\n      storage.sync();\n      return true;\n    } catch (IOException e) {\n"
                + "      return sync(storage);",
            List.of("HonestReceipts", "NothingDurableIsLost", "QuorumsOverlap"),
            48),
        new Mutant(
            "47",
            "a log that lost its middle is continued under the old incarnation",
            "io/flywheel/core/replica/ActorLease.java",
            "this.whenReady = whenReady;\n    renew(random.nextLong());",
            "this.whenReady = whenReady;\n    renew(before.incarnation() == 0 ? random.nextLong() :"
                + " before.incarnation());\n    incarnation = before.incarnation();",
            List.of("UnreadIsNeverErased", "UniqueDots", "NothingDurableIsLost", "QuorumsOverlap"),
            32),
        new Mutant(
            "48",
            "a record's checksum is not verified",
            "io/flywheel/core/version/SiblingsCodec.java",
            "return new ByteReader(bytes, body, Integer.BYTES).i32() == expected;",
            "return new ByteReader(bytes, body, Integer.BYTES).i32() != 0 || expected == 0;",
            List.of("OnlyRealValues", "UnreadIsNeverErased", "UniqueDots", "Expiry"),
            2),
        new Mutant(
            "48, by a directory of long ago",
            "a damaged record waits for ever for who has nothing but what was settled long ago",
            "io/flywheel/core/coordinate/Census.java",
            "reply.status() == GetStatus.STALE_ERA && !peers.owns(from, key)",
            "reply.status() == GetStatus.STALE_ERA && from.equals(peers.self())",
            List.of("NothingIsOwed", "HealedClusterServes", "ReplicasConverge"),
            61354),
        new Mutant(
            "49",
            "a node with a full disk takes values",
            "io/flywheel/core/coordinate/PutCoordinator.java",
            "if (replica.isFull() && !order.write().tombstone()) {",
            "if (replica.isFull() && order.w() > 100) {",
            List.of("FullDisksTakeNoValues"),
            55),
        new Mutant(
            "51",
            "siblings are not bounded at admission",
            "io/flywheel/core/replica/Admission.java",
            "while (survivors.size() + 1 > limits.siblings() || bytes > limits.objectBytes()) {",
            "while (bytes > 100L * limits.objectBytes()) {",
            List.of("BoundedAtAdmission"),
            9),
        new Mutant(
            "51, the other way",
            "merging drops siblings above a bound",
            SIBLINGS,
            "? newestOf(survivors) : survivors;",
            "? newestOf(survivors)\n            : survivors.subList(Math.max(0, survivors.size() -"
                + " 2), survivors.size());",
            List.of("UnreadIsNeverErased", "NothingDurableIsLost", "QuorumsOverlap"),
            1),
        new Mutant(
            "53",
            "a minted dot leaves the node, its store fails, and the node goes on",
            STORAGE_POLICY,
            "      storage.write(mutations);\n      return true;\n    } catch (IOException e) {\n"
                + "      return false;",
            "      storage.write(mutations);\n      return true;\n    } catch (IOException e) {\n"
                + "      return true;",
            List.of("UnreadIsNeverErased", "HonestReceipts", "NothingDurableIsLost"),
            34),
        new Mutant(
            "54",
            "a put's context covers older siblings of the same actor",
            SIBLINGS,
            "(sawAll ? read.withAllUpTo(written) : read.withSingle(written))",
            "(sawAll ? read.withAllUpTo(written) : read.withAllUpTo(written))",
            List.of("UnreadIsNeverErased", "NothingDurableIsLost", "QuorumsOverlap"),
            9),
        new Mutant(
            "55",
            "a read that is slow returns under a merge that came meanwhile",
            "io/flywheel/core/replica/KeyQueue.java",
            "return loaded && !loadingDebts && waiting.isEmpty() && storesPending == 0;",
            "return loaded && !loadingDebts && waiting.isEmpty();",
            List.of("UnreadIsNeverErased", "NothingDurableIsLost", "QuorumsOverlap", "UniqueDots"),
            13),
        new Mutant(
            "56",
            "a get joins a read that was issued before a put was acknowledged",
            "io/flywheel/core/coordinate/GetCoordinator.java",
            "if (unissuedSince != outbox.drains()) {",
            "if (unissuedSince > outbox.drains()) {",
            List.of("QuorumsOverlap"),
            761),
        new Mutant(
            "57",
            "a wiped node takes its old place, empty",
            "io/flywheel/core/membership/Formation.java",
            "if (cluster.member(self.id()) != null) {",
            "if (cluster.member(self.id()) != null || cluster.named(self.name()) != null) {",
            List.of("StrangersStayOut", "NobodyThrows"),
            16),
        new Mutant(
            "58",
            "a node runs with other settings than its cluster",
            "io/flywheel/core/node/Belonging.java",
            "if (!contradiction.isEmpty()) {",
            "if (stored.settings() == 0) {",
            List.of("StrangersStayOut"),
            3));
  }
}
