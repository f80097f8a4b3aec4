/** Who belongs to the cluster, how it came to be, and who seems to be alive. */
@NullMarked
package io.flywheel.core.membership;

import org.jspecify.annotations.NullMarked;
