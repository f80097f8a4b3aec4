/** What a node counts and measures, for Prometheus. */
@NullMarked
package io.flywheel.server.metrics;

import org.jspecify.annotations.NullMarked;
