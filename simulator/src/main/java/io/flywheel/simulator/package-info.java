/** A whole cluster, its clients and its faults, from one seed. */
@NullMarked
package io.flywheel.simulator;

import org.jspecify.annotations.NullMarked;
