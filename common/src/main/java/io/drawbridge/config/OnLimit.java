package io.drawbridge.config;

/** What happens to a connection that goes over a message limit. */
public enum OnLimit {
  /** Its socket is not read until it may go on: nothing is lost. */
  THROTTLE,
  /** The message is refused, and the client told so. */
  REJECT,
  /** The connection is closed. */
  CLOSE
}
