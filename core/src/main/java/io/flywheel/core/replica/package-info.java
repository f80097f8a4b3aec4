/** One node's copies: read, merge, mint, store, acknowledge; one queue for each key. */
@NullMarked
package io.flywheel.core.replica;

import org.jspecify.annotations.NullMarked;
