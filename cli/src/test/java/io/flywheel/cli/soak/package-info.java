/** A test that runs for as long as one likes: {@code ./soak} starts it. */
@NullMarked
package io.flywheel.cli.soak;

import org.jspecify.annotations.NullMarked;
