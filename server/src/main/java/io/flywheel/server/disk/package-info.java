/** Keeps a node's disk from running full while it can still do something about it. */
@NullMarked
package io.flywheel.server.disk;

import org.jspecify.annotations.NullMarked;
