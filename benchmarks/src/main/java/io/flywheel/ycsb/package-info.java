/** The binding for the Yahoo! Cloud Serving Benchmark. */
@NullMarked
package io.flywheel.ycsb;

import org.jspecify.annotations.NullMarked;
