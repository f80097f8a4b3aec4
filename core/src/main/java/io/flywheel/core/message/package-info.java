/** What crosses a node's boundary: peer messages and their codec, client requests and outcomes. */
@NullMarked
package io.flywheel.core.message;

import org.jspecify.annotations.NullMarked;
