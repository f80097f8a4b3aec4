package io.flywheel.core.coordinate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Ownership;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.RingMember;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Three nodes, each with a copy of every key; R is 2. */
final class GetTallyTest {
  private static final Key KEY = Key.of("default", "cart:42");
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final NodeId THREE = new NodeId(3);

  private final GetTally tally = tally();
  private final Siblings state = written(10);
  private final Bytes record = SiblingsCodec.encode(KEY, state);

  @Test
  void whatTwoReplicasHoldAlikeIsDecodedAndMergedOnce() throws Exception {
    tally.knows(record, state);
    tally.record(ONE, state, 1);
    var told = Bytes.wrap(record.array().clone());
    assertSame(state, tally.decode(told));
    tally.record(TWO, tally.decode(told), 1);
    assertTrue(tally.enough());
    assertSame(state, tally.merged());
    assertEquals(List.of(), tally.stale(tally.merged()));
  }

  @Test
  void whoHoldsSomethingElseIsHeardAsWell() throws Exception {
    var newer = written(11);
    tally.knows(record, state);
    tally.record(ONE, state, 1);
    tally.record(TWO, tally.decode(SiblingsCodec.encode(KEY, newer)), 1);
    assertEquals(newer, tally.merged());
    assertEquals(List.of(ONE), tally.stale(newer));
  }

  @Test
  void whereTheRecordIsNotAtHandThatOfAnotherIsRead() throws Exception {
    tally.knows(null, state);
    tally.record(ONE, state, 1);
    tally.record(TWO, tally.decode(record), 1);
    tally.record(THREE, tally.decode(record), 1);
    assertEquals(state, tally.merged());
    assertEquals(List.of(), tally.stale(state));
  }

  private static Siblings written(long stamp) {
    var value = Sibling.value(new Dot(new Actor(1, 10), stamp), Bytes.utf8("v" + stamp), "", 0);
    return Siblings.NONE.put(Context.EMPTY, value, null, Conflicts.LAST_WRITE_WINS);
  }

  private static GetTally tally() {
    var members =
        List.of(ONE, TWO, THREE).stream().map(id -> new RingMember(id, Zone.DEFAULT, 1)).toList();
    var ownership = new Ownership(1, Placement.form(members, 16, 3), null);
    var peers = new Peers(ONE, ownership, new MembershipTable(ONE), (_, _) -> {});
    return new GetTally(peers, KEY, 2, 0, Reach.ANYWHERE, Conflicts.LAST_WRITE_WINS);
  }
}
