package io.drawbridge.edge;

import io.drawbridge.admission.Capacity;
import io.drawbridge.config.Settings;
import io.drawbridge.guard.ConnectRates;
import io.drawbridge.guard.Node;

/**
 * What the verticles of one process are made from.
 *
 * @param settings read and checked
 * @param node the process
 * @param capacity how many connections its edges have together
 * @param connectRates how often each address connects to them
 */
public record Gateway(Settings settings, Node node, Capacity capacity, ConnectRates connectRates) {}
