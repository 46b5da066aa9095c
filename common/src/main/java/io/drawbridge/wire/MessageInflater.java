package io.drawbridge.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates the messages of one connection piece by piece, as their bytes come (RFC 7692 §7.2.2).
 *
 * <p>No step writes more than its caller gives room for: that is what bounds a bomb, and not a look
 * at what came out of it.
 */
public final class MessageInflater {

  /** What is left after a step. */
  enum Step {
    /** There may be more to come out. */
    MORE,
    /** All that was put in has come out. */
    DRAINED,
    /** It is not DEFLATE (RFC 1951). */
    BROKEN
  }

  /** What a message may inflate to whatever its ratio: a few thousand blanks are no attack. */
  private static final int HARMLESS = 4 * 1024;

  private static final int SMALLEST_STEP = 256;
  private static final int LARGEST_STEP = 64 * 1024;

  /** How much a step guesses that the data inflates. */
  private static final int USUAL_RATIO = 4;

  /** What the sender has taken off the end of the message (§7.2.1). */
  private static final byte[] TAIL = {0, 0, -1, -1};

  /** The same, and an empty last block: zlib reaches its end only if the data ended in order. */
  private static final byte[] TAIL_AND_END = {0, 0, -1, -1, 1, 0, 0, -1, -1};

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final DeflateContexts contexts;
  private final boolean takeover;
  private final int maxRatio;
  private @Nullable Inflater zlib;
  private ByteBuffer input = NOTHING;

  /** The payload lengths of the message's frames so far, that of the frame at hand included. */
  private long announced;

  /** Whether the data ended with a last block, and nothing has come after it. */
  private boolean ended;

  MessageInflater(DeflateContexts contexts, boolean takeover, int maxRatio) {
    this.contexts = contexts;
    this.takeover = takeover;
    this.maxRatio = maxRatio;
  }

  /** A compressed message begins. */
  void begin() {
    announced = 0;
    ended = false;
  }

  /** A frame of it begins, with a payload of this length. */
  void frame(long length) {
    announced += length;
  }

  long announced() {
    return announced;
  }

  /**
   * How many bytes the message may have inflated to. It goes by the lengths that the headers told,
   * so that it is the same however the bytes arrive.
   */
  long mostBytes() {
    return Math.max(HARMLESS, announced * maxRatio);
  }

  /** Puts a piece in, which stays in use until a step has {@link Step#DRAINED drained} it. */
  void input(ByteBuf in, int from, int count) {
    ended = false;
    input(in.nioBuffer(from, count));
  }

  /** The message is whole: puts in what ends it. False when there is nothing to put in. */
  boolean finish() {
    // Some senders leave nothing at all of an empty message.
    if (announced == 0 || ended) {
      return false;
    }
    input(ByteBuffer.wrap(takeover ? TAIL : TAIL_AND_END));
    return true;
  }

  /** Whether the data ended where the message did; with a context taken over, zlib can't tell. */
  boolean isComplete() {
    return takeover || ended || announced == 0;
  }

  private void input(ByteBuffer bytes) {
    Inflater inflater = zlib;
    if (inflater == null) {
      inflater = contexts.borrow();
      zlib = inflater;
    }
    input = bytes;
    inflater.setInput(bytes);
  }

  /**
   * Appends what the input inflates to.
   *
   * @param room how many bytes at most, more than 0
   */
  Step step(ByteBuf out, long room) {
    Inflater inflater = zlib;
    if (inflater == null) {
      return Step.DRAINED;
    }
    long guess = Math.max(SMALLEST_STEP, (long) USUAL_RATIO * input.remaining());
    int most = (int) Math.min(room, Math.min(LARGEST_STEP, guess));
    out.ensureWritable(most);
    ByteBuffer view = out.internalNioBuffer(out.writerIndex(), most);
    int before = view.position();
    boolean broken = false;
    try {
      inflater.inflate(view);
    } catch (DataFormatException e) {
      broken = true;
    }
    int count = view.position() - before;
    // What came out before the fault counts: it may hold a fault that comes first.
    out.writerIndex(out.writerIndex() + count);
    return broken ? Step.BROKEN : after(inflater, count, most);
  }

  private Step after(Inflater inflater, int count, int most) {
    if (inflater.finished()) {
      inflater.reset();
      if (input.hasRemaining()) {
        inflater.setInput(input);
        return Step.MORE;
      }
      ended = true;
      return Step.DRAINED;
    }
    if (count == most) {
      return Step.MORE;
    }
    // With room left, zlib stops only for want of input.
    return inflater.needsInput() ? Step.DRAINED : Step.BROKEN;
  }

  /** The message is over: gives zlib's state back, unless the next message goes on with it. */
  void end() {
    if (!takeover) {
      release();
    }
  }

  /** Gives zlib's state back at the end of the connection. */
  void release() {
    input = NOTHING;
    if (zlib != null) {
      contexts.giveBack(zlib);
      zlib = null;
    }
  }
}
