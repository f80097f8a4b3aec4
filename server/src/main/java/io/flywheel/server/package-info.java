/** The only real I/O: sockets, disks, clocks and the loop that owns a node. */
@NullMarked
package io.flywheel.server;

import org.jspecify.annotations.NullMarked;
