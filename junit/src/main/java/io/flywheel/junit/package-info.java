/** A Flywheel cluster inside a test's own process. */
@NullMarked
package io.flywheel.junit;

import org.jspecify.annotations.NullMarked;
