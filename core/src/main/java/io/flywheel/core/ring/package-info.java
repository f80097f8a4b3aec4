/**
 * Who holds what: the hash ring cut into equal partitions, the ordered list of replicas that each
 * partition keeps, and the pure functions that deal the first ring and change it later.
 */
@NullMarked
package io.flywheel.core.ring;

import org.jspecify.annotations.NullMarked;
