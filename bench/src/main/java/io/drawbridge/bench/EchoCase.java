package io.drawbridge.bench;

import java.util.Locale;

/**
 * One kind of load.
 *
 * @param payload bytes of each message
 * @param connections how many clients
 * @param inFlight messages that each client sends at once, before it waits for all of their echoes
 */
record EchoCase(int payload, int connections, int inFlight) {
  EchoCase {
    if (payload < 1 || connections < 1 || inFlight < 1) {
      throw new IllegalArgumentException("all of a case must be at least 1");
    }
  }

  /** Reads {@code 1024:64x16}: payload, connections, in flight. */
  static EchoCase parse(String text) {
    String[] parts = text.split("[:x]", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not PAYLOAD:CONNECTIONSxIN_FLIGHT: " + text);
    }
    return new EchoCase(
        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
  }

  @Override
  public String toString() {
    String size = payload % 1024 == 0 ? payload / 1024 + " KiB" : payload + " B";
    return String.format(Locale.ROOT, "%s %d×%d", size, connections, inFlight);
  }
}
