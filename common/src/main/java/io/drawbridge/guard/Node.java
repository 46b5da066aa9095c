package io.drawbridge.guard;

import io.micrometer.core.instrument.MeterRegistry;

/**
 * What all verticles of one process share.
 *
 * @param name tells this process from the others in logs and headers
 * @param time the clocks
 * @param meters where everything is counted
 * @param errors what its event loops share of reporting errors
 * @param guards whom to turn to
 */
public record Node(String name, Time time, MeterRegistry meters, NodeErrors errors, Guards guards) {

  /** One that knows of no cluster. */
  public Node(String name, Time time, MeterRegistry meters) {
    this(name, time, meters, Guards.NONE_KNOWN);
  }

  /** One whose edges turn to these guards. */
  public Node(String name, Time time, MeterRegistry meters, Guards guards) {
    this(name, time, meters, new NodeErrors(), guards);
  }
}
