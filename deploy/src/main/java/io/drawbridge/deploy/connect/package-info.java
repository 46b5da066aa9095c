/**
 * The client behind {@code drawbridge connect}: what it decides ({@link
 * io.drawbridge.deploy.connect.Conversation}), and the edges that act, to the network and to the
 * terminal.
 */
@NullMarked
package io.drawbridge.deploy.connect;

import org.jspecify.annotations.NullMarked;
