package io.flywheel.server.admin;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.http.Route;
import io.flywheel.server.runtime.RequestPort;
import java.util.List;

/** The paths for operators. */
public final class AdminRoutes {
  private AdminRoutes() {}

  public static List<Route> of(
      RequestPort port, ClusterSettings settings, RequestRecorder recorder) {
    var health = new HealthPages(port);
    return List.of(
        new Route("/health/live", new Page(health::live)),
        new Route("/health/ready", new Page(health::ready)),
        new Route("/admin/members", new Page(new MembersPage(port, settings)::show)),
        new Route("/admin/ring", new RingEndpoint(port)),
        new Route("/admin/namespaces", new NamespacesEndpoint(port)),
        new Route("/admin/limits", new LimitsEndpoint(port)),
        new Route(ExplainEndpoint.PATH, new ExplainEndpoint(port, recorder)),
        new Route("/admin/transfers", new Page(new TransfersPage(port)::show)),
        new Route("/admin/losers", new LosersEndpoint(port)),
        new Route("/admin/repair", new RepairEndpoint(port, recorder)));
  }
}
