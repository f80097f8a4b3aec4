/** Bringing records to whom they belong: what fallbacks keep for absent owners. */
@NullMarked
package io.flywheel.core.handoff;

import org.jspecify.annotations.NullMarked;
