/** A cluster on one machine: its files, its processes, and what may stand in their way. */
@NullMarked
package io.flywheel.cli.local;

import org.jspecify.annotations.NullMarked;
