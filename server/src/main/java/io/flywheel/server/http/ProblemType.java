package io.flywheel.server.http;

import io.flywheel.core.message.Outcome;

/** All kinds of problems: the status, the last part of the type's URI, the title. */
public enum ProblemType {
  MALFORMED_REQUEST(400, "malformed-request", "The request is not HTTP as it should be"),
  MALFORMED_KEY(400, "malformed-key", "The key is malformed"),
  MALFORMED_HEADER(400, "malformed-header", "A header is malformed"),
  MALFORMED_BODY(400, "malformed-body", "The body is malformed"),
  BAD_CONTEXT(400, "bad-context", "The context is not usable here"),
  BAD_QUORUM(400, "bad-quorum", "The number of answers is out of range"),
  BAD_TTL(400, "bad-ttl", "The time to live is out of range"),
  NO_VALUE(404, "no-value", "There is no value under this key"),
  UNKNOWN_NAMESPACE(404, "unknown-namespace", "There is no such namespace"),
  UNKNOWN_PATH(404, "unknown-path", "There is nothing at this path"),
  METHOD_NOT_ALLOWED(405, "method-not-allowed", "This path has no such method"),
  REQUEST_TIMEOUT(408, "request-timeout", "The request took too long to arrive"),
  TOO_MANY_SIBLINGS(409, "too-many-siblings", "The key has too many siblings"),
  OBJECT_TOO_LARGE(409, "object-too-large", "The key's siblings are too large together"),
  CHANGE_REFUSED(409, "ring-change-refused", "The ring cannot be changed like this"),
  VALUE_TOO_LARGE(413, "value-too-large", "The value is too large"),
  TARGET_TOO_LONG(414, "target-too-long", "The request line is too long"),
  UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type", "The content type cannot be stored"),
  EXPECTATION_FAILED(417, "expectation-failed", "The expectation cannot be met"),
  REQUEST_ID_REUSED(422, "idempotency-key-reused", "The idempotency key was used before"),
  BLIND_WRITE(428, "context-required", "This namespace takes no write without a context"),
  OVERLOADED(429, "overloaded", "Too many requests are waiting"),
  HEADERS_TOO_LARGE(431, "headers-too-large", "The headers are too large"),
  INTERNAL(500, "internal", "The server failed"),
  NOT_IMPLEMENTED(501, "not-implemented", "The server does not know how"),
  UNAVAILABLE(503, "unavailable", "The request cannot be served now"),
  TIMED_OUT(504, "timed-out", "Not enough replicas answered in time"),
  VERSION_NOT_SUPPORTED(505, "version-not-supported", "Only HTTP/1.1 and HTTP/1.0 are spoken");

  final int status;
  final String name;
  final String title;

  ProblemType(int status, String name, String title) {
    this.status = status;
    this.name = name;
    this.title = title;
  }

  /** How the request was at fault, by what the node refused. */
  public static ProblemType of(Outcome.Refusal refusal) {
    return switch (refusal) {
      case UNKNOWN_NAMESPACE -> UNKNOWN_NAMESPACE;
      case BAD_QUORUM -> BAD_QUORUM;
      case BAD_CONTEXT -> BAD_CONTEXT;
      case BAD_TTL -> BAD_TTL;
      case BLIND_WRITE -> BLIND_WRITE;
      case BAD_CONTENT_TYPE -> UNSUPPORTED_MEDIA_TYPE;
      case VALUE_TOO_LARGE -> VALUE_TOO_LARGE;
      case OBJECT_TOO_LARGE -> OBJECT_TOO_LARGE;
      case TOO_MANY_SIBLINGS -> TOO_MANY_SIBLINGS;
      case REQUEST_ID_REUSED -> REQUEST_ID_REUSED;
    };
  }

  /** The last part of the type's URI, which is the same in every protocol. */
  public String reason() {
    return name;
  }
}
