package io.flywheel.client;

import java.time.Duration;
import java.util.List;

/** What a client is told when it is built. */
record Settings(
    List<NodeAddress> addresses,
    String datacenter,
    Duration timeout,
    double retryShare,
    boolean hedging,
    int rememberedKeys,
    int mostInFlight,
    Duration ringRefresh,
    RequestObserver observer) {}
