package io.flywheel.server.admin;

import io.flywheel.server.http.Call;
import io.flywheel.server.http.Endpoint;
import io.flywheel.server.http.Methods;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.ProblemType;
import io.flywheel.server.http.RequestHead;

/** {@code POST /admin/repair}: says that anti-entropy on demand is not there. */
final class RepairEndpoint implements Endpoint {
  @Override
  public Call open(RequestHead head) throws ProblemException {
    Methods.require(head, "POST");
    throw new ProblemException(
        ProblemType.NOT_IMPLEMENTED, "this version repairs a key when it is read, and only then");
  }
}
