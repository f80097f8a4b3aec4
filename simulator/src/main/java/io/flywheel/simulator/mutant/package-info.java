/** Known bugs, brought back one at a time, to see that the simulator would have found them. */
@NullMarked
package io.flywheel.simulator.mutant;

import org.jspecify.annotations.NullMarked;
