package io.flywheel.bare;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.flywheel.api.v1.Failure;
import io.flywheel.api.v1.GetResponse;
import io.flywheel.api.v1.Key;
import io.flywheel.api.v1.PutResponse;
import io.flywheel.api.v1.ReadReceipt;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.api.v1.Topology;
import io.flywheel.api.v1.Value;
import io.flywheel.api.v1.WriteReceipt;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's direct connection: the preface, and then messages after their length. */
final class ClientConnection extends ByteToMessageDecoder {
  private static final int PREFACE_BYTES = 12;
  private static final int PARTITIONS = 256;
  private static final int NOT_FOUND = 5;
  private static final WriteReceipt WRITTEN =
      WriteReceipt.newBuilder().setN(3).setPrimaries(2).setRacks(1).setDatacenters(1).build();
  private static final ReadReceipt READ = ReadReceipt.newBuilder().setPrimaries(2).build();

  private final Coordinator coordinator;
  private final int base;
  private boolean begun;
  private @Nullable Outgoing outgoing;

  ClientConnection(Coordinator coordinator, int base) {
    this.coordinator = coordinator;
    this.base = base;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    outgoing = new Outgoing(context.channel());
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws IOException {
    if (!begun) {
      if (in.readableBytes() < PREFACE_BYTES) {
        return;
      }
      in.skipBytes(PREFACE_BYTES);
      begun = true;
    }
    while (in.readableBytes() >= Integer.BYTES
        && in.readableBytes() >= Integer.BYTES + in.getInt(in.readerIndex())) {
      int length = in.readInt();
      var bytes = CodedInputStream.newInstance(in.nioBuffer(in.readerIndex(), length));
      begin(StreamRequest.parseFrom(bytes));
      in.skipBytes(length);
    }
  }

  private void begin(StreamRequest request) {
    var response = StreamResponse.newBuilder().setId(request.getId());
    switch (request.getRequestCase()) {
      case PUT ->
          coordinator.put(
              key(request.getPut().getKey()),
              request.getPut().getValue().toByteArray(),
              () -> answer(response.setPut(PutResponse.newBuilder().setReceipt(WRITTEN))));
      case GET ->
          coordinator.get(
              key(request.getGet().getKey()),
              value -> {
                if (value == null) {
                  answer(response.setFailure(Failure.newBuilder().setCode(NOT_FOUND)));
                } else {
                  var found = Value.newBuilder().setValue(ByteString.copyFrom(value));
                  answer(
                      response.setGet(GetResponse.newBuilder().addValues(found).setReceipt(READ)));
                }
              });
      case TOPOLOGY -> answer(response.setTopology(topology()));
      default -> throw new IllegalArgumentException("only puts, gets and the topology");
    }
  }

  private static byte[] key(Key key) {
    return key.getKey().toByteArray();
  }

  private Topology topology() {
    var topology = Topology.newBuilder().setEpoch(1).setPartitions(PARTITIONS).setN(BareNode.NODES);
    for (int number = 1; number <= BareNode.NODES; number++) {
      topology.addNodes(
          Topology.Node.newBuilder()
              .setName("bare-" + number)
              .setAddress("127.0.0.1:" + (base + number))
              .setAlive(true)
              .setDatacenter("dc1"));
    }
    for (int partition = 0; partition < PARTITIONS; partition++) {
      for (int place = 0; place < BareNode.NODES; place++) {
        topology.addReplicas((partition + place) % BareNode.NODES);
      }
    }
    return topology.build();
  }

  private void answer(StreamResponse.Builder builder) {
    StreamResponse response = builder.build();
    int bytes = response.getSerializedSize();
    if (outgoing == null) {
      throw new IllegalStateException("not connected");
    }
    ByteBuf buffer = outgoing.room(Integer.BYTES + bytes).writeInt(bytes);
    try {
      var stream = CodedOutputStream.newInstance(buffer.nioBuffer(buffer.writerIndex(), bytes));
      response.writeTo(stream);
      stream.flush();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    buffer.writerIndex(buffer.writerIndex() + bytes);
  }
}
