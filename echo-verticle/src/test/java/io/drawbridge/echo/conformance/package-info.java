/** The wire's conformance suite: cases in text files, run against the real echo server. */
@NullMarked
package io.drawbridge.echo.conformance;

import org.jspecify.annotations.NullMarked;
