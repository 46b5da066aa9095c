package io.drawbridge.guard;

import io.micrometer.core.instrument.MeterRegistry;

/**
 * What all verticles of one process share.
 *
 * @param name tells this process from the others in logs and headers
 * @param time the clocks
 * @param meters where everything is counted
 */
public record Node(String name, Time time, MeterRegistry meters) {}
