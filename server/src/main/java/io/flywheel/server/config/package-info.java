/** What an operator configures: {@code flywheel.yaml}, the environment, flags; the later wins. */
@NullMarked
package io.flywheel.server.config;

import org.jspecify.annotations.NullMarked;
