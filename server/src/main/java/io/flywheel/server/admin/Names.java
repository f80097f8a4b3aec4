package io.flywheel.server.admin;

import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.version.Actor;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The names of nodes; one that nobody knows by name keeps its identity. */
final class Names {
  private final TreeMap<NodeId, String> names = new TreeMap<>();

  Names(NodeView view) {
    view.members().forEach(seen -> names.put(seen.member().id(), seen.member().name()));
    names.put(view.id(), view.name());
  }

  /** One that the view does not have. */
  void know(Member member) {
    names.put(member.id(), member.name());
  }

  String of(NodeId node) {
    return names.getOrDefault(node, node.toString());
  }

  /** Whose life this is, or null where it is of nobody known. */
  @Nullable String ofLife(Actor actor) {
    for (var known : names.entrySet()) {
      if (actor.isLifeOf(known.getKey())) {
        return known.getValue();
      }
    }
    return null;
  }
}
