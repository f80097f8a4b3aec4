package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import java.io.IOException;

/** What a write rests on, in words. */
final class Receipt {
  private Receipt() {}

  /** Continues a sentence, as in "stored: 2 of 3 nodes confirmed it, 2 racks, on disk". */
  static String of(Answer answer) throws IOException {
    Json receipt = answer.json().get("receipt");
    if (receipt.fields().isEmpty()) {
      return "";
    }
    long primaries = receipt.get("primaries").integer();
    long fallbacks = receipt.get("fallbacks").integer();
    var words = new StringBuilder(": ");
    words.append(primaries + fallbacks).append(" of ").append(receipt.get("n").integer());
    words.append(" nodes confirmed it");
    if (fallbacks > 0) {
      words.append(" (").append(fallbacks).append(" standing in for another)");
    }
    long racks = receipt.get("racks").integer();
    if (racks > 1) {
      words.append(", ").append(racks).append(" racks");
    }
    if (receipt.get("datacenters").textOrNull() != null
        && receipt.get("datacenters").integer() > 1) {
      words.append(" in ").append(receipt.get("datacenters").integer()).append(" data centres");
    }
    words.append(receipt.get("durable").isTrue() ? ", on disk" : ", not yet on disk");
    return words.toString();
  }
}
