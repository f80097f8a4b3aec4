package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.api.v1.StreamRequest;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Updates of one key that come while another one is under way. */
@SuppressWarnings("FutureReturnValueIgnored") // what was put says what became of it
final class UpdatesTest {
  private static final Merge<String> LONGEST = (one, other) -> one;

  /** A request that the node has taken and not answered. */
  private record Held(StreamRequest request, ScriptedNode.Answers answers) {}

  private final BlockingQueue<Held> held = new LinkedBlockingQueue<>();
  private ScriptedNode node;
  private FlywheelClient client;
  private Store<String> texts;

  @BeforeEach
  void start() throws Exception {
    node = ScriptedNode.start();
    node.does((request, answers) -> held.add(new Held(request, answers)));
    client = FlywheelClient.builder().addresses(node.address()).build();
    texts = client.with(Codec.utf8());
  }

  @AfterEach
  void end() {
    client.close();
    node.close();
  }

  private StreamRequest release() throws InterruptedException {
    Held next = held.poll(10, TimeUnit.SECONDS);
    assertTrue(next != null, "a request");
    ScriptedNode.done(next.request(), next.answers());
    return next.request();
  }

  private CompletableFuture<String> append(String suffix) {
    return texts.updateAsync("k", LONGEST, text -> text + suffix);
  }

  @Test
  void goTogetherInTheirOrderAfterwards() throws Exception {
    var first = append("1");
    var second = append("2");
    var third = append("3");
    release();
    assertEquals("value1", release().getPut().getValue().toStringUtf8());
    assertEquals("value1", first.get(10, TimeUnit.SECONDS));
    assertFalse(second.isDone() || third.isDone());
    assertTrue(release().hasGet());
    var put = release().getPut();
    assertEquals("value23", put.getValue().toStringUtf8());
    assertEquals("read", put.getContext());
    assertEquals("value2", second.get(10, TimeUnit.SECONDS));
    assertEquals("value23", third.get(10, TimeUnit.SECONDS));
    assertTrue(held.isEmpty());
  }

  @Test
  void otherKeysDoNotWait() throws Exception {
    var one = append("1");
    var other = texts.updateAsync("other", LONGEST, text -> text + "2");
    release();
    release();
    assertTrue(release().hasPut());
    assertTrue(release().hasPut());
    assertEquals("value1", one.get(10, TimeUnit.SECONDS));
    assertEquals("value2", other.get(10, TimeUnit.SECONDS));
  }

  @Test
  void thoseWithOtherOptionsGoAlone() throws Exception {
    append("1");
    append("2");
    texts.updateAsync("k", LONGEST, text -> text + "3", Put.w(1));
    texts.updateAsync("k", LONGEST, text -> text + "4", Put.w(1));
    release();
    assertEquals("value1", release().getPut().getValue().toStringUtf8());
    release();
    assertEquals("value2", release().getPut().getValue().toStringUtf8());
    release();
    assertEquals("value34", release().getPut().getValue().toStringUtf8());
  }

  @Test
  void aChangeThatThrowsHarmsNoOther() throws Exception {
    append("1");
    var thrown =
        texts.updateAsync(
            "k",
            LONGEST,
            text -> {
              throw new UnsupportedOperationException();
            });
    var third = append("3");
    release();
    release();
    release();
    assertEquals("value3", release().getPut().getValue().toStringUtf8());
    assertEquals("value3", third.get(10, TimeUnit.SECONDS));
    var failure = assertThrows(CompletionException.class, thrown::join);
    assertInstanceOf(UnsupportedOperationException.class, failure.getCause());
  }

  @Test
  void whereAllThrowNothingIsPut() throws Exception {
    Change<String> refuses =
        text -> {
          throw new UnsupportedOperationException();
        };
    append("1");
    var second = texts.updateAsync("k", LONGEST, refuses);
    release();
    release();
    release();
    assertThrows(CompletionException.class, second::join);
    append("4");
    release();
    assertEquals("value4", release().getPut().getValue().toStringUtf8());
  }

  @Test
  void failTogetherAndLetTheNextOnesTry() throws Exception {
    append("1");
    var second = append("2");
    release();
    release();
    release();
    var third = append("3");
    Held put = held.poll(10, TimeUnit.SECONDS);
    assertTrue(put != null, "a put");
    ScriptedNode.fail(
        put.request(),
        put.answers(),
        ScriptedNode.refused(com.google.rpc.Code.INVALID_ARGUMENT, "bad"));
    var failure = assertThrows(CompletionException.class, second::join);
    assertInstanceOf(InvalidRequestException.class, failure.getCause());
    release();
    release();
    assertEquals("value3", third.get(10, TimeUnit.SECONDS));
  }

  @Test
  void afterTheEndAllFail() {
    var first = append("1");
    var second = append("2");
    client.close();
    assertThrows(CompletionException.class, first::join);
    assertThrows(CompletionException.class, second::join);
  }
}
