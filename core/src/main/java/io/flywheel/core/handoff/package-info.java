/** Bringing records to whom they belong: to absent owners, and to those after a change. */
@NullMarked
package io.flywheel.core.handoff;

import org.jspecify.annotations.NullMarked;
