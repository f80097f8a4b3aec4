package io.flywheel.simulator.workload;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.simulator.world.EventQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** All clients of a run: each acts, waits for the end of that, pauses, and acts again. */
public final class Workload {
  private static final long NO_NODE_MICROS = 50_000;

  private final EventQueue events;
  private final Habits habits;
  private final SplittableRandom random;
  private final List<Client> clients = new ArrayList<>();
  private int left;
  private int idle;

  public Workload(
      EventQueue events,
      Wire wire,
      History history,
      Habits habits,
      ClusterSettings settings,
      SplittableRandom random) {
    this.events = events;
    this.habits = habits;
    this.random = random;
    this.left = habits.requests();
    for (int i = 0; i < habits.clients(); i++) {
      int number = i;
      clients.add(
          new Client(
              wire,
              history,
              habits,
              settings.quorum().n(),
              settings.records().limits().valueBytes(),
              random.split(),
              () -> pause(number)));
    }
  }

  public void begin() {
    for (int i = 0; i < clients.size(); i++) {
      pause(i);
    }
  }

  /** No client begins anything more. */
  public void stop() {
    left = 0;
  }

  public boolean isOver() {
    return idle == clients.size();
  }

  private void pause(int client) {
    long pause = (long) (-StrictMath.log(1 - random.nextDouble()) * habits.pauseMicros());
    events.after(pause, () -> act(client));
  }

  private void act(int client) {
    if (left <= 0) {
      idle++;
      return;
    }
    left--;
    if (!clients.get(client).act()) {
      events.after(NO_NODE_MICROS, () -> act(client));
    }
  }
}
