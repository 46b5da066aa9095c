/** The command line. */
@NullMarked
package io.drawbridge.deploy.cli;

import org.jspecify.annotations.NullMarked;
