/** The membership of large clusters, without anything else: how fast, how dear, how wrong. */
@NullMarked
package io.flywheel.simulator.scale;

import org.jspecify.annotations.NullMarked;
