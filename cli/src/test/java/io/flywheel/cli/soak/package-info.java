/**
 * Clusters of real nodes that are killed, paused and cut off. What ends in {@code Soak} runs for as
 * long as one likes, and {@code ./soak} starts it.
 */
@NullMarked
package io.flywheel.cli.soak;

import org.jspecify.annotations.NullMarked;
