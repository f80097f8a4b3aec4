/** The words everything else is written in: keys, values, identities, time, quorums, settings. */
@NullMarked
package io.flywheel.core.model;

import org.jspecify.annotations.NullMarked;
