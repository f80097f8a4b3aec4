/**
 * A cluster's surroundings, simulated: time, machines, network and disks, and what befalls them.
 */
@NullMarked
package io.flywheel.simulator.world;

import org.jspecify.annotations.NullMarked;
