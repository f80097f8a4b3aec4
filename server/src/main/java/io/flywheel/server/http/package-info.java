/**
 * HTTP/1.1 on bare Netty, on the node's own event loop: a request is read, coordinated and answered
 * without changing threads.
 */
@NullMarked
package io.flywheel.server.http;

import org.jspecify.annotations.NullMarked;
