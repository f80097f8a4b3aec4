package io.flywheel.core.message;

/** A constant with a number of its own on the wire, which never changes its meaning. */
interface Coded {
  int code();
}
