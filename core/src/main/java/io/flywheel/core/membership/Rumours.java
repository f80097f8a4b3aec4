package io.flywheel.core.membership;

import io.flywheel.core.model.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whom there is news of, and how often it was passed on. Each news is passed on about log2 of the
 * members' number of times by everybody who hears it (Das et al., 'SWIM', 2002, section 4.1). With
 * n members and k tellings about n exp(-k) hear of it only when they compare what they know with
 * somebody, which may take a while. So what is urgent is told twice as often: of a thousand members
 * and with a fifth of all messages lost that leaves one out once in fifty thousand times.
 *
 * <p>A message never grows with the news. What changes where requests go is urgent and comes first.
 * The rest, which is the eras that all members adopt one after the other, gets little room in each
 * message and takes its time. Among its like the newest goes first until it has been told often
 * enough, so that it is everywhere soon however much else there is to tell; of what is not urgent
 * only the newest is kept, and the rest left to comparing.
 */
final class Rumours {
  static final int MOST_COMMON = 64;

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
    if (common.size() > MOST_COMMON) {
      var oldest = common.removeLast();
      current.remove(oldest.about, oldest);
    }
  }

  private ArrayDeque<Rumour> queue(Rumour rumour) {
    return rumour.urgent ? urgent : common;
  }

  /**
   * Whom to speak of in the next message, at most so many, and so many where it is not urgent;
   * counts them as told.
   */
  List<NodeId> next(int count, int mostCommon, int members) {
    var chosen = new ArrayList<Rumour>(count);
    choose(urgent, count, chosen);
    choose(common, Math.min(count, chosen.size() + mostCommon), chosen);
    var about = new ArrayList<NodeId>(chosen.size());
    for (Rumour rumour : chosen) {
      about.add(rumour.about);
    }
    for (Rumour rumour : chosen.reversed()) {
      int enough = timesTold(members) * (rumour.urgent ? 2 : 1);
      if (++rumour.told >= enough) {
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

  /** How often common news is passed on: 3 among 3 members, 5 of 10, 8 of 100, 11 of 1,000. */
  static int timesTold(int members) {
    return 1 + Integer.SIZE - Integer.numberOfLeadingZeros(members);
  }
}
