package io.drawbridge.guard;

import io.micrometer.core.instrument.MeterRegistry;

/**
 * What all verticles of one process share.
 *
 * @param name tells this process from the others in logs and headers
 * @param time the clocks
 * @param meters where everything is counted
 * @param errors what its event loops share of reporting errors
 */
public record Node(String name, Time time, MeterRegistry meters, NodeErrors errors) {

  public Node(String name, Time time, MeterRegistry meters) {
    this(name, time, meters, new NodeErrors());
  }
}
