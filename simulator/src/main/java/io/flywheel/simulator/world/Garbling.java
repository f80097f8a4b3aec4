package io.flywheel.simulator.world;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Claim;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Flips one bit of what a member tells of members or of keys, before its message is given a
 * checksum: in the memory of a machine that is about to fail (S3, July 2008).
 */
final class Garbling {
  private Garbling() {}

  /** The same envelope where it carries no gossip. */
  static Envelope ofGossip(Envelope envelope, SplittableRandom random) {
    return envelope.with(
        switch (envelope.message()) {
          case Message.Gossip gossip ->
              new Message.Gossip(gossip.from(), gossip.digests(), garbled(gossip.news(), random));
          case Message.News news -> new Message.News(garbled(news.states(), random));
          default -> envelope.message();
        });
  }

  /** Damages what a message says of one key or of a cluster; the same envelope without such. */
  static Envelope ofContents(Envelope envelope, SplittableRandom random) {
    return envelope.with(
        switch (envelope.message()) {
          case Message.ReplicaPut put -> garbled(put, random);
          case Message.RelayedPut relayed ->
              new Message.RelayedPut(garbled(relayed.put(), random), relayed.others());
          case Message.PassedOnPut passed ->
              new Message.PassedOnPut(
                  passed.coordinator(), passed.epoch(), garbled(passed.put(), random));
          case Message.ReplicaGetReply reply ->
              new Message.ReplicaGetReply(
                  reply.request(),
                  reply.status(),
                  reply.era(),
                  reply.closed(),
                  reply.owed(),
                  of(reply.record(), random));
          case Message.ReplicaGet get ->
              new Message.ReplicaGet(
                  get.request(), elsewhere(get.key()), get.standIn(), get.timeoutMillis());
          case Message.ForwardPut put ->
              new Message.ForwardPut(
                  put.request(),
                  elsewhere(put.key()),
                  put.era(),
                  put.write(),
                  put.context(),
                  put.expiryMillis(),
                  put.w(),
                  put.pw(),
                  put.reach(),
                  put.id(),
                  put.timeoutMillis());
          case Message.Formed formed ->
              new Message.Formed(
                  formed.clusterId(),
                  formed.records(),
                  formed.members().subList(0, random.nextInt(formed.members().size())),
                  formed.ring());
          default -> envelope.message();
        });
  }

  private static Message.ReplicaPut garbled(Message.ReplicaPut put, SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 ->
          new Message.ReplicaPut(
              put.request(), elsewhere(put.key()), put.era(), put.owner(), put.record());
      case 1 -> new Message.ReplicaPut(put.request(), put.key(), put.era(), null, put.record());
      default ->
          new Message.ReplicaPut(
              put.request(), put.key(), put.era(), put.owner(), of(put.record(), random));
    };
  }

  /** In a namespace that there is not: the last bit of its name has flipped. */
  private static Key elsewhere(Key key) {
    var name = key.namespace();
    int last = name.length() - 1;
    return new Key(name.substring(0, last) + (char) (name.charAt(last) ^ 1), key.bytes());
  }

  static Bytes of(Bytes bytes, SplittableRandom random) {
    if (bytes.length() == 0) {
      return bytes;
    }
    byte[] damaged = bytes.array().clone();
    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
    return Bytes.wrap(damaged);
  }

  private static List<MemberState> garbled(List<MemberState> states, SplittableRandom random) {
    if (states.isEmpty()) {
      return states;
    }
    var damaged = new ArrayList<>(states);
    int place = random.nextInt(states.size());
    var state = states.get(place);
    damaged.set(place, new MemberState(garbled(state.claim(), random), state.verdict()));
    return damaged;
  }

  private static Claim garbled(Claim claim, SplittableRandom random) {
    int field = random.nextInt(7);
    long bit = 1L << random.nextInt(40);
    return new Claim(
        field == 0 ? new NodeId(claim.member().value() ^ bit) : claim.member(),
        field == 1 ? claim.generation() ^ bit : claim.generation(),
        field == 2 ? claim.version() ^ bit : claim.version(),
        field == 3 ? claim.era() ^ bit : claim.era(),
        field == 4 ? claim.settled() ^ bit : claim.settled(),
        field == 5 ? claim.epoch() ^ bit : claim.epoch(),
        field == 6 ? claim.flags() ^ 1 << random.nextInt(3) : claim.flags(),
        claim.checksum());
  }
}
