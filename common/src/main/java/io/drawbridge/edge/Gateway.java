package io.drawbridge.edge;

import io.drawbridge.admission.Capacity;
import io.drawbridge.config.LiveSettings;
import io.drawbridge.config.Settings;
import io.drawbridge.guard.ConnectRates;
import io.drawbridge.guard.Node;

/**
 * What the verticles of one process are made from.
 *
 * @param settings read and checked; those of the start
 * @param node the process
 * @param capacity how many connections its edges have together
 * @param connectRates how often each address connects to them
 * @param live the settings as they are now, and the certificate
 */
public record Gateway(
    Settings settings, Node node, Capacity capacity, ConnectRates connectRates, LiveSettings live) {

  /** With settings that stay as they are, and without TLS. */
  public Gateway(Settings settings, Node node, Capacity capacity, ConnectRates connectRates) {
    this(settings, node, capacity, connectRates, new LiveSettings(settings, null));
  }
}
