/** What the hot parts of the core cost, one by one. */
@NullMarked
package io.flywheel.benchmarks;

import org.jspecify.annotations.NullMarked;
