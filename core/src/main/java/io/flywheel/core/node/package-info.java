/** The node: inputs in, effects out. */
@NullMarked
package io.flywheel.core.node;

import org.jspecify.annotations.NullMarked;
