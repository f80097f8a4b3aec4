package io.flywheel.core.membership;

import io.flywheel.core.model.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whom there is news of, and how often it was passed on. Each news is passed on about log2 of the
 * members' number of times by everybody who hears it (Das et al., 'SWIM', 2002, section 4.1), which
 * reaches all but very few; comparing what members know brings it to the rest.
 *
 * <p>A message never grows with the news. What changes where requests go comes first, then what
 * every member changes about once a minute, its era: where that is a flood it takes its time. Among
 * its like the newest goes first until it has been told often enough, so that it is everywhere soon
 * however much else there is to tell.
 */
final class Rumours {
  private static final class Rumour {
    private final NodeId about;
    private final boolean urgent;
    private int told;
    private boolean outdated;

    private Rumour(NodeId about, boolean urgent) {
      this.about = about;
      this.urgent = urgent;
    }
  }

  private final ArrayDeque<Rumour> urgent = new ArrayDeque<>();
  private final ArrayDeque<Rumour> common = new ArrayDeque<>();
  private final Map<NodeId, Rumour> current = new HashMap<>();

  /** There is news of this member. */
  void add(NodeId about, boolean isUrgent) {
    var before = current.get(about);
    boolean stillUrgent = before != null && before.urgent;
    if (before != null) {
      before.outdated = true;
    }
    var rumour = new Rumour(about, isUrgent || stillUrgent);
    current.put(about, rumour);
    queue(rumour).addFirst(rumour);
  }

  private ArrayDeque<Rumour> queue(Rumour rumour) {
    return rumour.urgent ? urgent : common;
  }

  /** Whom to speak of in the next message, at most so many; counts them as told. */
  List<NodeId> next(int count, int members) {
    var chosen = new ArrayList<Rumour>(count);
    choose(urgent, count, chosen);
    choose(common, count, chosen);
    var about = new ArrayList<NodeId>(chosen.size());
    for (Rumour rumour : chosen) {
      about.add(rumour.about);
    }
    for (Rumour rumour : chosen.reversed()) {
      if (++rumour.told >= timesTold(members)) {
        current.remove(rumour.about);
      } else {
        queue(rumour).addFirst(rumour);
      }
    }
    return about;
  }

  private static void choose(ArrayDeque<Rumour> from, int count, List<Rumour> chosen) {
    while (chosen.size() < count && !from.isEmpty()) {
      var rumour = from.removeFirst();
      if (!rumour.outdated) {
        chosen.add(rumour);
      }
    }
  }

  /** How often each news is passed on: 3 among 3 members, 5 among 10, 8 among 100, 11 of 1,000. */
  static int timesTold(int members) {
    return 1 + Integer.SIZE - Integer.numberOfLeadingZeros(members);
  }
}
