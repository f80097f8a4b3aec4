/**
 * What this machine could do at most: three processes that replicate values between them with
 * nothing of what makes a store of it. No versions, no membership, no hints, no repair, no limits.
 * It answers Flywheel's own Java client, so that both are measured by the same.
 */
@NullMarked
package io.flywheel.bare;

import org.jspecify.annotations.NullMarked;
