/**
 * The part of SockJS that its clients need to speak over WebSocket: an info resource, and frames of
 * its own inside of WebSocket messages. Decides only.
 */
@NullMarked
package io.drawbridge.auth.sockjs;

import org.jspecify.annotations.NullMarked;
