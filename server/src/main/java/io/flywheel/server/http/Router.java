package io.flywheel.server.http;

import java.util.List;

/** Finds what a path leads to: the first route that fits, so the busiest stands first. */
final class Router {
  private final List<Route> routes;
  private final int usualBodyBytes;

  /**
   * @param usualBodyBytes what a body may have in general, for those that lead nowhere
   */
  Router(List<Route> routes, int usualBodyBytes) {
    this.routes = List.copyOf(routes);
    this.usualBodyBytes = usualBodyBytes;
  }

  int usualBodyBytes() {
    return usualBodyBytes;
  }

  Endpoint find(RequestHead head) throws ProblemException {
    for (Route route : routes) {
      if (route.leads(head.path())) {
        return route.endpoint();
      }
    }
    throw new ProblemException(
        ProblemType.UNKNOWN_PATH, "keys are under /kv/, the rest under /admin/");
  }
}
