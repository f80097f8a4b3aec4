package io.flywheel.client;

/**
 * What a write rests on. All copies are always attempted; this counts those that confirmed before
 * the answer.
 *
 * @param copies how many the key should have
 * @param primaries nodes of its preference list that confirmed
 * @param fallbacks nodes that confirmed in another's place
 * @param racks distinct racks among them
 * @param datacenters distinct data centres among them
 * @param durable whether each of them confirmed after an fsync
 */
public record WriteReceipt(
    int copies, int primaries, int fallbacks, int racks, int datacenters, boolean durable) {
  static WriteReceipt of(io.flywheel.api.v1.WriteReceipt receipt) {
    return new WriteReceipt(
        receipt.getN(),
        receipt.getPrimaries(),
        receipt.getFallbacks(),
        receipt.getRacks(),
        receipt.getDatacenters(),
        receipt.getDurable());
  }
}
