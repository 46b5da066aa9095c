/** Whose tokens are believed: keys, verification, and the issuing that the command line does. */
@NullMarked
package io.drawbridge.auth.token;

import org.jspecify.annotations.NullMarked;
