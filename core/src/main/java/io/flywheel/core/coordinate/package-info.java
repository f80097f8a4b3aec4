/** Puts and gets over the replicas of a key: couriers that send, and tallies that decide. */
@NullMarked
package io.flywheel.core.coordinate;

import org.jspecify.annotations.NullMarked;
