/**
 * May this handshake become a connection? An ordered list of checks, cheapest first; the first
 * refusal ends it. Decides only: the edge acts.
 */
@NullMarked
package io.drawbridge.admission;

import org.jspecify.annotations.NullMarked;
