/** How large a cluster has to be, and what may happen to it: arithmetic, without any cluster. */
@NullMarked
package io.flywheel.cli.plan;

import org.jspecify.annotations.NullMarked;
