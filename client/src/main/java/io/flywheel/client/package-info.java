/**
 * The Java client. Begin with {@link io.flywheel.client.FlywheelClient}; what can be done with a
 * key is in {@link io.flywheel.client.Store}.
 */
@NullMarked
package io.flywheel.client;

import org.jspecify.annotations.NullMarked;
