package io.flywheel.client;

/**
 * A write that was done.
 *
 * @param context covers this write and what its own context covered, never a sibling that was not
 *     read; give it to the next write of the key, in this process or another
 * @param receipt what it rests on
 */
public record Written(String context, WriteReceipt receipt) {}
