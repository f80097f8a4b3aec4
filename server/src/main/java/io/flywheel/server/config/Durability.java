package io.flywheel.server.config;

/** What an acknowledgement promises. */
public enum Durability {
  /** The write is on disk on W nodes. */
  FSYNC,
  /**
   * The write is in W nodes' logs, which are synced every so often: a power cut may lose the rest.
   */
  PERIODIC
}
