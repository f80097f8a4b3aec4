package io.flywheel.client;

/**
 * What a read rests on.
 *
 * @param primaries nodes of the key's preference list that answered
 * @param fallbacks nodes that answered in another's place
 * @param repaired stale replicas that were seen, and are being brought up to date
 */
public record ReadReceipt(int primaries, int fallbacks, int repaired) {
  static ReadReceipt of(io.flywheel.api.v1.ReadReceipt receipt) {
    return new ReadReceipt(receipt.getPrimaries(), receipt.getFallbacks(), receipt.getRepaired());
  }
}
