/** gRPC for clients, on the port and the loop that HTTP has. */
@NullMarked
package io.flywheel.server.grpc;

import org.jspecify.annotations.NullMarked;
