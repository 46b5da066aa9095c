package io.drawbridge.wire;

/**
 * What one peer may send before it is refused as too big.
 *
 * @param frameSize the most payload bytes of one frame
 * @param messageSize the most payload bytes of one message, over all its fragments
 * @param fragments the most frames of one message
 */
public record WireLimits(long frameSize, long messageSize, long fragments) {
  public WireLimits {
    if (frameSize < 1 || messageSize < 1 || fragments < 1) {
      throw new IllegalArgumentException("limits must be at least 1");
    }
  }
}
