package io.flywheel.core.model;

/**
 * In which data centres a request has to reach a quorum of the copies there, beside its W or R.
 *
 * @param datacenter the one that counts, where it is one; empty as long as it is that of the node
 *     that the client asked
 */
public record Reach(Scope scope, String datacenter) {
  /** Which data centres count. */
  public enum Scope {
    /** None by itself. */
    ANYWHERE(0),
    LOCAL(1),
    EACH(2);

    private final int code;

    Scope(int code) {
      this.code = code;
    }
  }

  public static final Reach ANYWHERE = new Reach(Scope.ANYWHERE, "");
  public static final Reach LOCAL = new Reach(Scope.LOCAL, "");
  public static final Reach EACH = new Reach(Scope.EACH, "");

  private static final int MOST_NAME_BYTES = 255;

  /** Whether no data centre counts by itself. */
  public boolean isAnywhere() {
    return scope == Scope.ANYWHERE;
  }

  /** The same, asked of a node in that data centre. */
  public Reach from(String here) {
    return scope == Scope.LOCAL && datacenter.isEmpty() ? new Reach(scope, here) : this;
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
      default -> throw new MalformedException("a reach of the unknown scope " + scope);
    };
  }

  @Override
  public String toString() {
    return switch (scope) {
      case ANYWHERE -> "anywhere";
      case LOCAL -> "a quorum in " + (datacenter.isEmpty() ? "this data centre" : datacenter);
      case EACH -> "a quorum in each data centre";
    };
  }
}
