package io.flywheel.core.ring;

import java.util.Arrays;

/**
 * Moves units from members that have too many to members that have too few, through others where it
 * cannot be done directly.
 *
 * <p>This is maximum flow by shortest augmenting paths (Edmonds and Karp 1972). Members are the
 * vertices; there is an edge from x to y if some partition lets y take a unit of x. A breadth-first
 * search from the members with a surplus finds the nearest one with a deficit, and one unit moves
 * along each edge of that path. That the path is a shortest one makes its steps possible together:
 * if two of them went through one partition and got in each other's way, a step from the first of
 * these members to the last would be possible and the path shorter. And as a flow that is not yet
 * maximal always has an augmenting path, this cannot get stuck in a local optimum.
 *
 * <p>Moves come in three phases. What is free is moved as long as it evens anything out. Then moves
 * have a price, and who is off by no more than its slack neither has to give nor to take, but may:
 * those far below are filled by whoever has a surplus, the fullest first; at last those far above
 * give what is beyond their slack.
 *
 * <p>Nearly every path has one edge; then a search costs one look at the members.
 */
abstract class Levelling {
  /** What is being done. */
  enum Phase {
    /** Only along edges that cost nothing. */
    FREE,
    /** Who has too few by more than its slack takes. */
    FILL,
    /** Who has too many by more than its slack gives. */
    EMPTY
  }

  private static final int UNSEEN = -1;

  private final int[] surplus;
  private final int[] width;
  private final int[] slack;
  private final int[] from;
  private final int[] through;
  private final int[] queue;
  private int queued;
  private Phase phase = Phase.FREE;

  /**
   * @param surplus for each member how many units it has above its aim, or, negative, below
   * @param width for each member how many units above its aim are as good as the aim itself
   * @param slack for each member how many units above or below that it may keep
   */
  Levelling(int[] surplus, int[] width, int[] slack) {
    this.surplus = surplus;
    this.width = width;
    this.slack = slack;
    this.from = new int[surplus.length];
    this.through = new int[surplus.length];
    this.queue = new int[surplus.length];
  }

  /**
   * Reaches, by {@link #reach}, whoever may take a unit of {@code member}, until that is true.
   *
   * @param free whether only units may be taken that cost nothing
   */
  abstract boolean expand(int member, boolean free);

  /** Moves a unit within a partition. */
  abstract void shift(int partition, int giver, int taker);

  /** Called before each search. */
  void begin() {}

  /** Ends when nobody is off by more than its slack. */
  final void run() {
    boolean moved;
    do {
      moved = moveOne();
    } while (moved);
    phase = Phase.FILL;
    while (anyFarBelow()) {
      must(moveOne());
    }
    phase = Phase.EMPTY;
    while (anyFarAbove()) {
      must(moveOne());
    }
  }

  private static void must(boolean moved) {
    if (!moved) {
      throw new IllegalStateException("no way from surplus to deficit");
    }
  }

  /** Notes that {@code taker} may take a unit of {@code giver}; true ends the search. */
  final boolean reach(int giver, int taker, int partition) {
    if (seen(taker)) {
      return false;
    }
    from[taker] = giver;
    through[taker] = partition;
    queue[queued++] = taker;
    return surplus[taker] < takesBelow(taker);
  }

  final boolean seen(int member) {
    return from[member] != UNSEEN;
  }

  private boolean anyFarBelow() {
    for (int member = 0; member < surplus.length; member++) {
      if (surplus[member] < -slack[member]) {
        return true;
      }
    }
    return false;
  }

  private boolean anyFarAbove() {
    for (int member = 0; member < surplus.length; member++) {
      if (surplus[member] > width[member] + slack[member]) {
        return true;
      }
    }
    return false;
  }

  private boolean moveOne() {
    if (!search()) {
      return false;
    }
    int member = queue[queued - 1];
    surplus[member]++;
    while (from[member] != member) {
      shift(through[member], from[member], member);
      member = from[member];
    }
    surplus[member]--;
    return true;
  }

  /** The member found is then the last in the queue. */
  private boolean search() {
    Arrays.fill(from, UNSEEN);
    queued = 0;
    int half = Arrays.stream(surplus).max().orElse(0) / 2;
    startFromThoseAbove(half);
    startFromThoseAbove(0);
    begin();
    for (int next = 0; next < queued; next++) {
      if (expand(queue[next], phase == Phase.FREE)) {
        return true;
      }
    }
    return false;
  }

  private void startFromThoseAbove(int bound) {
    for (int member = 0; member < surplus.length; member++) {
      if (surplus[member] > Math.max(bound, givesAbove(member)) && !seen(member)) {
        from[member] = member;
        queue[queued++] = member;
      }
    }
  }

  private int givesAbove(int member) {
    return switch (phase) {
      case FREE -> width[member];
      case FILL -> 0;
      case EMPTY -> width[member] + slack[member];
    };
  }

  private int takesBelow(int member) {
    return switch (phase) {
      case FREE -> 0;
      case FILL -> -slack[member];
      case EMPTY -> width[member];
    };
  }
}
