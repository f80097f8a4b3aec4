package io.flywheel.core.model;

/**
 * The time at which a node is asked to act, read by whoever runs it.
 *
 * @param wallMillis milliseconds since 1970 by this machine's clock, which may be wrong and may
 *     jump: for stamps and expiry
 * @param monotonicMillis milliseconds since any moment, never going back: for timeouts
 */
public record Now(long wallMillis, long monotonicMillis) {}
