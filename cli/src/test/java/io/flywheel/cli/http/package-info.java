/** How soaks talk to a node: as the command does, but over connections that last. */
@NullMarked
package io.flywheel.cli.http;

import org.jspecify.annotations.NullMarked;
