package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 1 to 9: versions that lie. */
final class CausalityMutants {
  private static final String LEASE = "io/flywheel/core/replica/ActorLease.java";
  private static final String WORK = "io/flywheel/core/replica/KeyWork.java";
  private static final String SIBLINGS = "io/flywheel/core/version/Siblings.java";

  private CausalityMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "1",
            "actor amnesia: a replica that lost a key goes on with its old actor",
            LEASE,
            "new Actor(incarnation, time)",
            "new Actor(incarnation, 1)",
            List.of("UnreadIsNeverErased", "NothingDurableIsLost", "QuorumsOverlap", "UniqueDots"),
            37),
        new Mutant(
            "2",
            "two nodes with one identity run on side by side",
            "io/flywheel/core/membership/Doorkeeper.java",
            "return envelope.startId() == self.startId()",
            "return envelope.startId() != 0",
            List.of("OneProcessPerIdentity", "UniqueDots"),
            250),
        new Mutant(
            "3",
            "one version vector for all siblings: interleaved clients make them explode",
            SIBLINGS,
            "conflicts == Conflicts.SIBLINGS ? unread(read) :",
            "conflicts == Conflicts.SIBLINGS && !read.covers(context) ? new ArrayList<>(living) :",
            List.of("ReplacedStaysReplaced", "QuorumsOverlap"),
            1),
        new Mutant(
            "4",
            "a blind put inherits the local clock",
            WORK,
            "current.put(admission.replaced(), sibling",
            "current.put(order.read().isEmpty() ? current.context() : admission.replaced(),"
                + " sibling",
            List.of("UnreadIsNeverErased", "QuorumsOverlap", "NothingDurableIsLost"),
            1),
        new Mutant(
            "5",
            "two requests mint the same dot: stamps repeat within a millisecond",
            LEASE,
            "Math.max(time, newest + 1)",
            "Math.max(actor == null ? time : time & ~0xffffL, newest)",
            List.of("UniqueDots"),
            1),
        new Mutant(
            "6",
            "a delta under a compact vector",
            WORK,
            "minter.minted(record, era, context,",
            "minter.minted(\n        SiblingsCodec.encode(queue.key, new Siblings(minted.context(),"
                + " List.of(sibling), minted.requests())),\n        era, context,",
            List.of("UnreadIsNeverErased", "NothingDurableIsLost", "QuorumsOverlap"),
            1),
        new Mutant(
            "7",
            "merging truncates the vector to two entries",
            SIBLINGS,
            "return remembering(context.join(other.context), kept, requests, other.requests);",
            """
            var all = context.join(other.context);
                var newest = new ArrayList<>(all.vector().newestDots());
                newest.sort((a, b) -> Long.compare(b.stamp(), a.stamp()));
                var singles = new ArrayList<>(all.dots());
                kept.forEach(sibling -> singles.add(sibling.dot()));
                var vector = VersionVector.upTo(newest.subList(0, Math.min(2, newest.size())));
                var seen = Context.of(vector, singles);
                return remembering(
                    seen,
                    kept,
                    requests.only(i -> seen.covers(requests.dot(i))),
                    other.requests.only(i -> seen.covers(other.requests.dot(i))));\
            """,
            List.of("ReplacedStaysReplaced", "QuorumsOverlap", "ReplicasConverge"),
            3),
        new Mutant(
            "8",
            "several replicas mint for one write",
            "io/flywheel/core/coordinate/Forwarder.java",
            "inFlight.put(forward.request, forward);",
            "inFlight.put(forward.request, forward);\n    forward.tryNext();",
            List.of("OneDotPerWrite"),
            3),
        new Mutant(
            "9",
            "the last write wins by a clock that is behind",
            LEASE,
            "long newest = Math.max(own.newestStamp(), seen.newestStamp());",
            "long newest = Timestamp.NONE;",
            List.of("NewestWins"),
            46));
  }
}
