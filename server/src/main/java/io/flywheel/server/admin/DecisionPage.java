package io.flywheel.server.admin;

import io.flywheel.core.node.RingAnswer;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.Problem;
import io.flywheel.server.http.ProblemType;
import io.netty.buffer.ByteBufAllocator;

/** What became of a wish that the members decide about, in the ring log. */
final class DecisionPage {
  private DecisionPage() {}

  /**
   * @param status where it was accepted
   * @param accepted what there is to say then, beside the epoch
   */
  static Answer of(
      int status, RingAnswer answer, ByteBufAllocator allocator, JsonPage.Members accepted) {
    return switch (answer) {
      case RingAnswer.Accepted(long epoch) ->
          JsonPage.of(
              status,
              allocator,
              json -> {
                json.writeNumberField("epoch", epoch);
                accepted.write(json);
              });
      case RingAnswer.Refused(String reason) -> refused(reason, allocator);
      case RingAnswer.Unknown(String detail) ->
          Answer.problem(
              Problem.of(ProblemType.TIMED_OUT, detail, Problem.Outcome.UNKNOWN), allocator);
    };
  }

  static Answer refused(String reason, ByteBufAllocator allocator) {
    return Answer.problem(Problem.of(ProblemType.CHANGE_REFUSED, reason), allocator);
  }
}
