package io.flywheel.simulator.workload;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.simulator.world.EventQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** All clients of a run: each acts, waits for the end of that, pauses, and acts again. */
public final class Workload {
  private static final long NO_NODE_MICROS = 50_000;

  private static final int RUSHING = 3;
  private static final int RUSHED_REQUESTS = 6;
  private static final long RUSHED_PAUSE_MICROS = 10_000;

  private final EventQueue events;
  private final Wire wire;
  private final History history;
  private final Habits habits;
  private final ClusterSettings settings;
  private final SplittableRandom random;
  private final List<Client> clients = new ArrayList<>();
  private int left;
  private boolean stopped;
  private int idle;

  public Workload(
      EventQueue events,
      Wire wire,
      History history,
      Habits habits,
      ClusterSettings settings,
      SplittableRandom random) {
    this.events = events;
    this.wire = wire;
    this.history = history;
    this.habits = habits;
    this.settings = settings;
    this.random = random;
    this.left = habits.requests();
    for (int i = 0; i < habits.clients(); i++) {
      int number = i;
      clients.add(client(() -> pause(number)));
    }
  }

  private Client client(Runnable next) {
    return new Client(
        wire,
        history,
        habits,
        settings.quorum().n(),
        settings.records().limits().valueBytes(),
        random.split(),
        next);
  }

  public void begin() {
    for (int i = 0; i < clients.size(); i++) {
      pause(i);
    }
  }

  /** No client begins anything more. */
  public void stop() {
    left = 0;
    stopped = true;
  }

  /** Further clients come, do a few things one right after the other, and go. */
  public void rush() {
    for (int i = 0; i < RUSHING && !stopped; i++) {
      new Visitor().pause();
    }
  }

  public boolean isOver() {
    return idle == clients.size();
  }

  private void pause(int client) {
    events.after(pauseOf(habits.pauseMicros()), () -> act(client));
  }

  private long pauseOf(long meanMicros) {
    return (long) (-StrictMath.log(1 - random.nextDouble()) * meanMicros);
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

  /** A client that is in a hurry. */
  private final class Visitor {
    private final Client client = client(this::pause);
    private int left = RUSHED_REQUESTS;

    private void pause() {
      if (left-- > 0 && !stopped) {
        events.after(pauseOf(RUSHED_PAUSE_MICROS), this::act);
      }
    }

    private void act() {
      if (!client.act()) {
        pause();
      }
    }
  }
}
