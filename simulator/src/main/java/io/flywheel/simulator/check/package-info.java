/** What must hold, one checker a file, judged by operations found in values and never by dots. */
@NullMarked
package io.flywheel.simulator.check;

import org.jspecify.annotations.NullMarked;
