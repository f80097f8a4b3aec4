/** Load against a running cluster, and what came of it. */
@NullMarked
package io.flywheel.cli.bench;

import org.jspecify.annotations.NullMarked;
