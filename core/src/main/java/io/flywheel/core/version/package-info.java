/** Causality: who wrote what after having seen what, and what two replicas make of each other. */
@NullMarked
package io.flywheel.core.version;

import org.jspecify.annotations.NullMarked;
