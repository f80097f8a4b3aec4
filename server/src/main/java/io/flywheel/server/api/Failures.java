package io.flywheel.server.api;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.flywheel.api.v1.Absence;
import io.flywheel.api.v1.Failure;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.server.http.ProblemType;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** How what went wrong is told: alone, as the status of a call, or as one outcome of several. */
final class Failures {
  static final String DOMAIN = "flywheel.io";
  static final String NOT_DONE = "not-done";
  static final String UNKNOWN = "unknown";
  private static final int RETRY_AFTER_MILLIS = 1_000;

  private Failures() {}

  static Code code(ProblemType type) {
    return switch (type) {
      case NO_VALUE, UNKNOWN_NAMESPACE -> Code.NOT_FOUND;
      case BLIND_WRITE, REQUEST_ID_REUSED -> Code.FAILED_PRECONDITION;
      case VALUE_TOO_LARGE, OBJECT_TOO_LARGE, TOO_MANY_SIBLINGS, OVERLOADED ->
          Code.RESOURCE_EXHAUSTED;
      case UNAVAILABLE -> Code.UNAVAILABLE;
      case TIMED_OUT -> Code.DEADLINE_EXCEEDED;
      default -> Code.INVALID_ARGUMENT;
    };
  }

  static Failure refused(Outcome.Refused refused, ClientRequest request) {
    var type = ProblemType.of(refused.refusal());
    var field = type == ProblemType.BAD_QUORUM ? largerCount(request) : "";
    return of(type, refused.detail()).setField(field).build();
  }

  /** If one of the two counts of a request is above the number of copies, so is the larger one. */
  private static String largerCount(ClientRequest request) {
    return switch (request) {
      case ClientRequest.Put put -> put.pw() > put.w() ? "pw" : "w";
      case ClientRequest.Get get -> get.pr() > get.r() ? "pr" : "r";
      case ClientRequest.Explain _, ClientRequest.Repair _ -> "";
    };
  }

  /** Certainly not done: a write may be tried again, and so may a read that had the time. */
  static Failure notDone(Outcome.NotDone notDone, boolean write) {
    return switch (notDone.obstacle()) {
      case OVERLOADED -> again(ProblemType.OVERLOADED, notDone, write);
      case DEADLINE ->
          write
              ? again(ProblemType.UNAVAILABLE, notDone, true)
              : of(ProblemType.TIMED_OUT, notDone.detail()).build();
      case TOO_FEW_REPLICAS, NOT_SERVING -> again(ProblemType.UNAVAILABLE, notDone, write);
    };
  }

  private static Failure again(ProblemType type, Outcome.NotDone notDone, boolean write) {
    return of(type, notDone.detail())
        .setRetryAfterMillis(RETRY_AFTER_MILLIS)
        .setOutcome(write ? NOT_DONE : "")
        .build();
  }

  static Failure unknown(Outcome.Unknown unknown, boolean write) {
    return of(ProblemType.TIMED_OUT, unknown.detail()).setOutcome(write ? UNKNOWN : "").build();
  }

  static Failure absent(Absence absence) {
    String detail =
        absence.getContext().isEmpty()
            ? "nothing was ever written"
            : "what was there is deleted or expired";
    return of(ProblemType.NO_VALUE, detail).setAbsence(absence).build();
  }

  static Failure tooLargeTogether() {
    return of(
            ProblemType.OBJECT_TOO_LARGE,
            "the answers are too large together; get this one in a call of its own")
        .build();
  }

  private static Failure.Builder of(ProblemType type, String detail) {
    return Failure.newBuilder()
        .setCode(code(type).getNumber())
        .setReason(type.reason())
        .setMessage(detail);
  }

  /** The failure as the end of a call, with all that a client may want to know in its details. */
  static StatusRuntimeException exception(Failure failure) {
    var info = ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(failure.getReason());
    if (!failure.getOutcome().isEmpty()) {
      info.putMetadata("outcome", failure.getOutcome());
    }
    var status =
        Status.newBuilder()
            .setCode(failure.getCode())
            .setMessage(failure.getMessage())
            .addDetails(Any.pack(info.build()));
    if (failure.getRetryAfterMillis() > 0) {
      int millis = failure.getRetryAfterMillis();
      var delay =
          Duration.newBuilder().setSeconds(millis / 1000).setNanos(millis % 1000 * 1_000_000);
      status.addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(delay).build()));
    }
    if (!failure.getField().isEmpty()) {
      var violation =
          BadRequest.FieldViolation.newBuilder()
              .setField(failure.getField())
              .setDescription(failure.getMessage());
      status.addDetails(Any.pack(BadRequest.newBuilder().addFieldViolations(violation).build()));
    }
    if (failure.hasAbsence()) {
      status.addDetails(Any.pack(failure.getAbsence()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }
}
