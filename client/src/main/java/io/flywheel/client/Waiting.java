package io.flywheel.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** How the blocking forms wait. */
final class Waiting {
  /** Set while answers are given out: a thread that waited then would wait for itself. */
  private static final ThreadLocal<Boolean> ANSWERING = ThreadLocal.withInitial(() -> false);

  private Waiting() {}

  static void answering(Runnable answers) {
    if (ANSWERING.get()) {
      answers.run();
      return;
    }
    ANSWERING.set(true);
    try {
      answers.run();
    } finally {
      ANSWERING.set(false);
    }
  }

  static <R> R forAnswer(CompletableFuture<R> future, boolean write) {
    if (!future.isDone() && ANSWERING.get()) {
      throw new IllegalStateException(
          "a thread of the network must not wait; use the asynchronous form, or an executor");
    }
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      String message = "interrupted while waiting for the answer";
      throw write
          ? new UnknownOutcomeException("interrupted", message)
          : new NotDoneException("interrupted", message);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof FlywheelException failure) {
        throw failure.again();
      } else if (cause instanceof RuntimeException failure) {
        throw failure;
      } else if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(cause);
    }
  }
}
