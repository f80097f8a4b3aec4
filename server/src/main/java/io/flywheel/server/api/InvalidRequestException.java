package io.flywheel.server.api;

import com.google.rpc.Code;
import io.flywheel.api.v1.Failure;
import io.flywheel.server.http.ProblemType;
import java.io.Serial;

/** A request that is wrong by itself. */
final class InvalidRequestException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient Failure failure;

  InvalidRequestException(ProblemType type, String field, String detail) {
    super(detail, null, false, false);
    failure =
        Failure.newBuilder()
            .setCode(Failures.code(type).getNumber())
            .setReason(type.reason())
            .setMessage(field + ": " + detail)
            .setField(Failures.code(type) == Code.INVALID_ARGUMENT ? field : "")
            .build();
  }

  Failure failure() {
    return failure;
  }
}
