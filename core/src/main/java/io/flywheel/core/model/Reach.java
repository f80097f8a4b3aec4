package io.flywheel.core.model;

/**
 * What a request has to reach beside its W or R: a share of all copies, however many there are by
 * then, or a quorum of those in some data centres.
 *
 * @param datacenter the one that counts, where it is one; empty as long as it is that of the node
 *     that the client asked
 */
public record Reach(Scope scope, String datacenter) {
  /** Which copies count. */
  public enum Scope {
    /** Whichever: it is the number alone that counts. */
    ANYWHERE(0),
    /** A quorum of those in one data centre. */
    LOCAL(1),
    /** A quorum of those in each data centre. */
    EACH(2),
    /** A majority of all. */
    QUORUM(3),
    ALL(4);

    private final int code;

    Scope(int code) {
      this.code = code;
    }
  }

  public static final Reach ANYWHERE = new Reach(Scope.ANYWHERE, "");
  public static final Reach LOCAL = new Reach(Scope.LOCAL, "");
  public static final Reach EACH = new Reach(Scope.EACH, "");
  public static final Reach QUORUM = new Reach(Scope.QUORUM, "");
  public static final Reach ALL = new Reach(Scope.ALL, "");

  private static final int MOST_NAME_BYTES = 255;

  /** The same, asked of a node in that data centre. */
  public Reach from(String here) {
    return scope == Scope.LOCAL && datacenter.isEmpty() ? new Reach(scope, here) : this;
  }

  /** Whether it matters in which data centres nodes answer. */
  public boolean isByDatacenter() {
    return scope == Scope.LOCAL || scope == Scope.EACH;
  }

  /**
   * How many nodes have to answer, wherever they stand, where that many copies are counted.
   *
   * @param number W or R, as far as it is a number: above the number of copies it is all of them
   */
  public int nodes(int number, int copies) {
    int share =
        switch (scope) {
          case ANYWHERE, LOCAL, EACH -> 1;
          case QUORUM -> copies / 2 + 1;
          case ALL -> copies;
        };
    return Math.max(Math.min(number, copies), share);
  }

  public void write(ByteWriter out) {
    out.u8(scope.code).text(datacenter);
  }

  public static Reach read(ByteReader in) throws MalformedException {
    int scope = in.u8();
    var name = in.text(MOST_NAME_BYTES);
    return switch (scope) {
      case 0 -> ANYWHERE;
      case 1 -> new Reach(Scope.LOCAL, name);
      case 2 -> EACH;
      case 3 -> QUORUM;
      case 4 -> ALL;
      default -> throw new MalformedException("a reach of the unknown scope " + scope);
    };
  }

  @Override
  public String toString() {
    return switch (scope) {
      case ANYWHERE -> "anywhere";
      case LOCAL -> "a quorum in " + (datacenter.isEmpty() ? "this data centre" : datacenter);
      case EACH -> "a quorum in each data centre";
      case QUORUM -> "a quorum";
      case ALL -> "all copies";
    };
  }
}
