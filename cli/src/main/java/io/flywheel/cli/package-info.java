/** The {@code flywheel} command. */
@NullMarked
package io.flywheel.cli;

import org.jspecify.annotations.NullMarked;
