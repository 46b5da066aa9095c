/**
 * The path of every connection on one screen: listen, admit, upgrade, connect, drain. Together with
 * {@code connection}, the only package that touches sockets.
 */
@NullMarked
package io.drawbridge.edge;

import org.jspecify.annotations.NullMarked;
