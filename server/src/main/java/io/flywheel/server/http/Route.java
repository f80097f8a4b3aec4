package io.flywheel.server.http;

/**
 * Leads to an endpoint.
 *
 * @param path a whole path or, where it ends in a slash, the beginning of one
 */
public record Route(String path, Endpoint endpoint) {
  boolean leads(String requested) {
    return path.endsWith("/") ? requested.startsWith(path) : requested.equals(path);
  }
}
