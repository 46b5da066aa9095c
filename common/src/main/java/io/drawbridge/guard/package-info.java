/**
 * The guard: one verticle that keeps the error log and lends out permits, its JSON contract on the
 * event bus, and the edge's side of it. Besides the bridge, the only package that touches the event
 * bus.
 */
@NullMarked
package io.drawbridge.guard;

import org.jspecify.annotations.NullMarked;
