/** The process: which roles run, in which order they start and stop. */
@NullMarked
package io.drawbridge.deploy;

import org.jspecify.annotations.NullMarked;
