/** Runs a node: one event loop owns it, carries out its effects and feeds it what comes back. */
@NullMarked
package io.flywheel.server.runtime;

import org.jspecify.annotations.NullMarked;
