/** The secure server: who is it, may it speak, and what does it say to the event bus. */
@NullMarked
package io.drawbridge.auth;

import org.jspecify.annotations.NullMarked;
