/** Measures Drawbridge: the same work against peers in one run, and JMH for the wire. */
@NullMarked
package io.drawbridge.bench;

import org.jspecify.annotations.NullMarked;
