/** Clients, those that behave and those that do not, and the history of what they did and saw. */
@NullMarked
package io.flywheel.simulator.workload;

import org.jspecify.annotations.NullMarked;
