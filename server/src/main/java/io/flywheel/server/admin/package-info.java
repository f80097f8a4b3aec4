/** What operators and their tools ask a node over HTTP: health, members, the ring, one key. */
@NullMarked
package io.flywheel.server.admin;

import org.jspecify.annotations.NullMarked;
