/** The operations port: is it alive, is it ready, what does it count. */
@NullMarked
package io.drawbridge.deploy.ops;

import org.jspecify.annotations.NullMarked;
