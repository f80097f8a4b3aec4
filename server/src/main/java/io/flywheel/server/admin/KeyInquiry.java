package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.OutcomeAnswers;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.http.RequestRecorder.Ending;
import io.flywheel.server.http.RequestRecorder.Operation;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;

/**
 * An operator's question about one key: a page of JSON if the node has what was asked for, and the
 * same problems as for clients if it has not.
 *
 * @param <T> what was asked for
 */
record KeyInquiry<T extends Outcome>(
    RequestPort port,
    RequestRecorder recorder,
    Operation operation,
    Class<T> wanted,
    Page<T> page) {

  /** Writes the members of the page. */
  @FunctionalInterface
  interface Page<T> {
    void write(JsonGenerator json, Effect.Respond response, T found) throws IOException;
  }

  void ask(ClientRequest request, Reply reply) {
    long startNanos = System.nanoTime();
    port.submit(request, response -> answer(response, reply, startNanos));
  }

  private void answer(Effect.Respond response, Reply reply, long startNanos) {
    Ending ending = Ending.DONE;
    Answer answer;
    if (wanted.isInstance(response.outcome())) {
      T found = wanted.cast(response.outcome());
      answer = JsonPage.of(200, reply.allocator(), json -> page.write(json, response, found));
    } else {
      var answers = new OutcomeAnswers(operation, null, recorder);
      answer = answers.answer(response, reply);
      ending = answers.ending();
    }
    reply.send(answer);
    recorder.record(operation, ending, System.nanoTime() - startNanos);
  }
}
