package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.core.replica.LoserLog.Loser;
import io.flywheel.server.http.Call;
import io.flywheel.server.http.Endpoint;
import io.flywheel.server.http.KeyQuery;
import io.flywheel.server.http.Methods;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.http.Utf8;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;

/**
 * {@code /admin/losers}: the values that conflicts discarded at this node, of all keys or of one,
 * oldest first. Each node has a log of its own.
 */
final class LosersEndpoint implements Endpoint {
  private static final int MOST = 1_000;

  private final RequestPort port;

  LosersEndpoint(RequestPort port) {
    this.port = port;
  }

  @Override
  public Call open(RequestHead head) throws ProblemException {
    Methods.require(head, "GET", "HEAD");
    Key key = KeyQuery.parse(head);
    return new Call() {
      @Override
      public int bodyLimitBytes() {
        return IGNORED_BODY_BYTES;
      }

      @Override
      public void run(Bytes body, Reply reply) {
        port.losers(
            key,
            MOST,
            listing ->
                reply.send(JsonPage.of(200, reply.allocator(), json -> write(json, listing))));
      }
    };
  }

  private void write(JsonGenerator json, LoserLog.Listing listing) throws IOException {
    var names = new Names(port.view());
    json.writeArrayFieldStart("losers");
    for (Loser loser : listing.losers()) {
      json.writeStartObject();
      write(json, names, loser);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeBooleanField("complete", listing.complete());
  }

  private static void write(JsonGenerator json, Names names, Loser loser) throws IOException {
    var sibling = loser.sibling();
    json.writeStringField("namespace", loser.key().namespace());
    json.writeStringField("key", loser.key().bytes().toUtf8());
    json.writeStringField("key-hex", loser.key().bytes().toHex());
    byte[] value = sibling.value().array();
    if (Utf8.isValid(value)) {
      json.writeStringField("value", sibling.value().toUtf8());
    } else {
      json.writeBinaryField("value", value);
      json.writeStringField("encoding", "base64");
    }
    json.writeStringField("content-type", sibling.contentType());
    DotText.expiry(json, sibling);
    DotText.write(json, names, sibling.dot());
  }
}
