/** Who is connected, with which rights, for how long, and how it is ended from elsewhere. */
@NullMarked
package io.drawbridge.auth.session;

import org.jspecify.annotations.NullMarked;
