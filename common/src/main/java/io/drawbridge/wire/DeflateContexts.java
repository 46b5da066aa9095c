package io.drawbridge.wire;

import java.util.ArrayDeque;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The compression of one event loop: its settings, and zlib's state, which is lent for a message
 * where no context is taken over. So a thousand idle connections that compress cost no more than
 * one. Not thread-safe.
 */
public final class DeflateContexts implements AutoCloseable {
  /** As many inflaters are kept for the next message, of about 40 KiB each. */
  private static final int MOST_IDLE = 16;

  private final int level;
  private final int maxRatio;
  private final ArrayDeque<Inflater> idle = new ArrayDeque<>(0);
  private @Nullable Deflater shared;

  /**
   * @param level 1 (fast) to 9 (small)
   * @param maxRatio how many times its size a message may inflate to
   */
  public DeflateContexts(int level, int maxRatio) {
    this.level = level;
    this.maxRatio = maxRatio;
  }

  /** The reading side of a connection with this agreement. */
  public MessageInflater inflater(PerMessageDeflate agreed) {
    return new MessageInflater(this, agreed.clientTakeover(), maxRatio);
  }

  /** The writing side of a connection with this agreement. */
  public MessageDeflater deflater(PerMessageDeflate agreed) {
    return new MessageDeflater(this, agreed);
  }

  Inflater borrow() {
    Inflater inflater = idle.poll();
    return inflater == null ? new Inflater(true) : inflater;
  }

  void giveBack(Inflater inflater) {
    if (idle.size() < MOST_IDLE) {
      inflater.reset();
      idle.push(inflater);
    } else {
      inflater.end();
    }
  }

  /** For one message, between whose pieces nothing else happens; to be reset after it. */
  Deflater shared() {
    Deflater deflater = shared;
    if (deflater == null) {
      deflater = ownDeflater();
      shared = deflater;
    }
    return deflater;
  }

  /** For a connection that takes the context over; it ends it. */
  Deflater ownDeflater() {
    return new Deflater(level, true);
  }

  /** Gives zlib's memory back; to be called when the last connection is gone. */
  @Override
  public void close() {
    idle.forEach(Inflater::end);
    idle.clear();
    if (shared != null) {
      shared.end();
      shared = null;
    }
  }
}
