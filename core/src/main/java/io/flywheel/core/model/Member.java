package io.flywheel.core.model;

/**
 * What a cluster knows of one of its nodes. The identity is the member; name and addresses are its
 * attributes.
 *
 * @param clientAddress host:port for clients
 * @param peerAddress host:port for other nodes
 * @param weight its share of the ring compared with other members'
 */
public record Member(
    NodeId id, String name, String clientAddress, String peerAddress, Zone zone, int weight) {
  private static final int MAX_TEXT_BYTES = 255;
  public static final int MAX_WEIGHT = 1000;

  public Member weighing(int newWeight) {
    return newWeight == weight
        ? this
        : new Member(id, name, clientAddress, peerAddress, zone, newWeight);
  }

  public void write(ByteWriter out) {
    out.i64(id.value()).text(name).text(clientAddress).text(peerAddress);
    out.text(zone.datacenter()).text(zone.rack()).varint(weight);
  }

  public static Member read(ByteReader in) throws MalformedException {
    var id = new NodeId(in.i64());
    String name = in.text(MAX_TEXT_BYTES);
    String client = in.text(MAX_TEXT_BYTES);
    String peer = in.text(MAX_TEXT_BYTES);
    var zone = new Zone(in.text(MAX_TEXT_BYTES), in.text(MAX_TEXT_BYTES));
    int weight = in.count(MAX_WEIGHT);
    if (name.isEmpty() || weight == 0) {
      throw new MalformedException("a member without a name or a weight");
    }
    return new Member(id, name, client, peer, zone, weight);
  }
}
