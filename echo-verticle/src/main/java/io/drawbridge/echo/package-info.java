/** The echo server, and the echo service on the event bus. */
@NullMarked
package io.drawbridge.echo;

import org.jspecify.annotations.NullMarked;
