package io.flywheel.core.effect;

import io.flywheel.core.model.Bytes;

/** One record to write: a whole new value under a storage key. */
public record Mutation(Table table, Bytes storageKey, Bytes value) {}
