package io.flywheel.core.model;

/**
 * What members have agreed to tell each other of one of them. The later ones outweigh the earlier
 * where they are about the same claim; only a new claim of the member itself takes one back.
 */
public enum Verdict {
  ALIVE(0),
  /** Somebody misses it, and others could not reach it either. */
  SUSPECT(1),
  /** It has had the time to object and has not. */
  DOWN(2);

  private final int code;

  Verdict(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static Verdict read(ByteReader in) throws MalformedException {
    int code = in.u8();
    for (Verdict verdict : values()) {
      if (verdict.code == code) {
        return verdict;
      }
    }
    throw new MalformedException("a verdict of " + code + " is not known");
  }
}
