package io.drawbridge.config;

import java.time.Duration;

/**
 * How a node leaves.
 *
 * @param over the time over which open connections are closed; zero closes them all at once
 */
public record DrainSettings(Duration over) {

  static DrainSettings from(Section drain) {
    return new DrainSettings(drain.read("over", Quantities::duration));
  }
}
