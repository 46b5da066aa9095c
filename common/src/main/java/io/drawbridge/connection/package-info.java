/**
 * One accepted socket from open to close: limits, backpressure, heartbeat, and one way to close.
 * Together with the edge, the only package that touches sockets.
 */
@NullMarked
package io.drawbridge.connection;

import org.jspecify.annotations.NullMarked;
