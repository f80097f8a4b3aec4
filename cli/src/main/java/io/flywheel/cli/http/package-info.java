/** How the command talks to a node: just enough HTTP and JSON, and quick to start. */
@NullMarked
package io.flywheel.cli.http;

import org.jspecify.annotations.NullMarked;
