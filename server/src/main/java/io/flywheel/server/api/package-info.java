/**
 * {@code flywheel.v1} for clients, over gRPC and over direct connections, on the port and the loop
 * that HTTP has.
 */
@NullMarked
package io.flywheel.server.api;

import org.jspecify.annotations.NullMarked;
