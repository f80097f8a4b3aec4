/** Connections between nodes: frames, handshake, dialling. */
@NullMarked
package io.flywheel.server.peer;

import org.jspecify.annotations.NullMarked;
