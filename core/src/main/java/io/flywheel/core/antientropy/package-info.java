/** Finding and mending what replicas hold differently, and forgetting what is proven useless. */
@NullMarked
package io.flywheel.core.antientropy;

import org.jspecify.annotations.NullMarked;
