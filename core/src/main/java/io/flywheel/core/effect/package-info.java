/** What a node asks of the world, and how it hears back: effects, storage, timeouts. */
@NullMarked
package io.flywheel.core.effect;

import org.jspecify.annotations.NullMarked;
