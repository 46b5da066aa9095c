/**
 * RFC 6455 and RFC 7692 as a sans-I/O core: bytes in, messages, control frames and violations out;
 * messages in, bytes out. Nothing here knows a socket, a clock or Vert.x, so all of it can be
 * driven by a test, a fuzzer or another transport.
 */
@NullMarked
package io.drawbridge.wire;

import org.jspecify.annotations.NullMarked;
