package io.drawbridge.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The reading side of one WebSocket connection: RFC 6455 frames in, events out.
 *
 * <p>The caller pulls: {@link #next} takes what it needs from the buffer and says what that made.
 * So a reader that is out of permits stops between two messages, and the bytes stay where they are.
 * How the bytes were split on their way makes no difference to the events. A violation is returned
 * at the first byte that proves it; after that, and after a Close frame, nothing is read any more.
 *
 * <p>A message that lies whole in the buffer is unmasked there and handed on without a copy. One
 * that comes in pieces is gathered in a buffer that grows with what really arrived, not with what
 * its header promises. Memory is bounded by {@link WireLimits#messageSize}. Not thread-safe.
 */
public final class FrameDecoder {

  /** What {@link #next} found. */
  public enum Event {
    /** Nothing whole yet: all bytes are taken, bring more. */
    MORE,
    /** A whole text message, checked to be UTF-8. */
    TEXT,
    BINARY,
    PING,
    PONG,
    /** A Close frame; nothing is read after it. */
    CLOSE,
    /** See {@link #violation()}; nothing is read after it. */
    VIOLATION
  }

  private enum Phase {
    HEADER,
    CONTROL_PAYLOAD,
    DATA_PAYLOAD,
    /** A Close frame or a violation ended the reading. */
    ENDED
  }

  /**
   * Where a gathered message begins: as far from the beginning of a page as one that came whole.
   * From the very beginning, the kernel's copy to behind a frame's header was measured to take
   * several times as long (on one AMD processor; 64 KiB echo, 42 against 32 µs a message).
   */
  private static final int GATHERED_FROM = FrameHeader.LONGEST;

  private final WireLimits limits;
  private final ByteBufAllocator allocator;

  /** Null where no compression was agreed on. */
  private final @Nullable MessageInflater inflater;

  private final FrameHeader header;
  private final Payload payload = new Payload();
  private final Utf8 utf8 = new Utf8();
  private Phase phase = Phase.HEADER;
  private @Nullable Violation violation;

  /** How much of the frame's payload has been read. */
  private int position;

  /** What came of a message that did not lie whole in one buffer; null when there is none. */
  private @Nullable ByteBuf gathered;

  /** Whether {@link #payload} shows {@link #gathered}, which then goes with the next call. */
  private boolean gatheredIsShown;

  /** The payload of the control frame at hand; made when the first one comes. */
  private @Nullable ByteBuf control;

  /** For a connection without compression. */
  public FrameDecoder(WireLimits limits, ByteBufAllocator allocator) {
    this(limits, allocator, null);
  }

  /**
   * For a connection that may have agreed on compression.
   *
   * @param inflater for a connection that agreed on compression, else null; released with this
   */
  public FrameDecoder(
      WireLimits limits, ByteBufAllocator allocator, @Nullable MessageInflater inflater) {
    this.limits = limits;
    this.allocator = allocator;
    this.inflater = inflater;
    this.header = new FrameHeader(limits, inflater != null);
  }

  /**
   * Reads up to the end of the next message or control frame, which {@link #payload} then shows.
   */
  public Event next(ByteBuf in) {
    if (gatheredIsShown) {
      releaseGathered();
    }
    while (true) {
      Event event =
          switch (phase) {
            case HEADER -> header(in);
            case CONTROL_PAYLOAD -> controlPayload(in);
            case DATA_PAYLOAD -> dataPayload(in);
            case ENDED -> {
              in.skipBytes(in.readableBytes());
              yield Event.MORE;
            }
          };
      if (event != null) {
        return event;
      }
    }
  }

  /** The bytes of the event returned last. */
  public Payload payload() {
    return payload;
  }

  /** What was wrong, after {@link Event#VIOLATION}. */
  public Violation violation() {
    return Objects.requireNonNull(violation, "no violation");
  }

  /** Gives all memory back, at the end of the connection; nothing is read after it. */
  public void release() {
    phase = Phase.ENDED;
    releaseGathered();
    if (inflater != null) {
      inflater.release();
    }
  }

  // --- header -----------------------------------------------------------------------------------

  /** Null when the header is whole and its payload comes next. */
  private @Nullable Event header(ByteBuf in) {
    if (header.read(in)) {
      position = 0;
      phase = Opcode.isControl(header.opcode()) ? Phase.CONTROL_PAYLOAD : Phase.DATA_PAYLOAD;
      return null;
    }
    Violation found = header.violation();
    return found == null ? Event.MORE : refused(found);
  }

  // --- payload ----------------------------------------------------------------------------------

  private Event controlPayload(ByteBuf in) {
    ByteBuf buffer = control;
    if (buffer == null) {
      buffer =
          Unpooled.buffer(FrameHeader.LONGEST_CONTROL_PAYLOAD, FrameHeader.LONGEST_CONTROL_PAYLOAD);
      control = buffer;
    }
    if (position == 0) {
      buffer.clear();
    }
    int count = (int) Math.min(header.length() - position, in.readableBytes());
    int before = position;
    append(buffer, in, count);
    if (header.opcode() == Opcode.CLOSE && !closeIsRight(buffer, before)) {
      return Event.VIOLATION;
    }
    if (position < header.length()) {
      return Event.MORE;
    }
    phase = header.opcode() == Opcode.CLOSE ? Phase.ENDED : Phase.HEADER;
    payload.set(buffer, 0, position);
    return switch (header.opcode()) {
      case Opcode.CLOSE -> Event.CLOSE;
      case Opcode.PING -> Event.PING;
      default -> Event.PONG;
    };
  }

  /** Judges the part of a Close frame's payload that has come after {@code before} bytes of it. */
  private boolean closeIsRight(ByteBuf buffer, int before) {
    if (before == 0) {
      utf8.reset();
    }
    if (before < Short.BYTES && position >= Short.BYTES) {
      int code = buffer.getUnsignedShort(0);
      if (!CloseCode.isValid(code)) {
        return violated(Violation.protocol("the close code " + code));
      }
    }
    int from = Math.max(before, Short.BYTES);
    boolean valid =
        (position <= from || utf8.accept(buffer, from, position - from))
            && (position < header.length() || utf8.complete());
    return valid || violated(Violation.utf8("a close reason that is not UTF-8"));
  }

  private @Nullable Event dataPayload(ByteBuf in) {
    if (inflater != null && header.isCompressed()) {
      return compressedPayload(in, inflater);
    }
    if (header.fin()
        && position == 0
        && gathered == null
        && in.readableBytes() >= header.length()) {
      return messageInPlace(in, (int) header.length());
    }
    int count = (int) Math.min(header.length() - position, in.readableBytes());
    if (count > 0 && !gather(in, count)) {
      return Event.VIOLATION;
    }
    if (position < header.length()) {
      return Event.MORE;
    }
    if (!header.fin()) {
      phase = Phase.HEADER;
      return null;
    }
    return gatheredMessage();
  }

  private Event messageInPlace(ByteBuf in, int count) {
    int from = in.readerIndex();
    boolean ascii = Mask.unmask(in, from, count, header.key(), 0);
    in.skipBytes(count);
    if (header.isText() && !ascii && !utf8.accept(in, from, count)) {
      return refused(Violation.utf8("text that is not UTF-8"));
    }
    return textIsComplete() ? message(in, from, count) : Event.VIOLATION;
  }

  private boolean gather(ByteBuf in, int count) {
    // Twice what came, so that the last few bytes of a frame seldom make it grow.
    ByteBuf buffer = gathered((int) Math.min(header.length() - position, 2L * count));
    int from = buffer.writerIndex();
    boolean ascii = append(buffer, in, count);
    return (ascii && utf8.complete()) || textIsRight(buffer, from, count);
  }

  /**
   * @param room how much to begin with
   */
  private ByteBuf gathered(int room) {
    ByteBuf buffer = gathered;
    if (buffer == null) {
      buffer = allocator.buffer(GATHERED_FROM + room).setIndex(GATHERED_FROM, GATHERED_FROM);
      gathered = buffer;
    }
    return buffer;
  }

  private @Nullable Event compressedPayload(ByteBuf in, MessageInflater inflating) {
    int count = (int) Math.min(header.length() - position, in.readableBytes());
    if (count > 0) {
      int from = in.readerIndex();
      Mask.unmask(in, from, count, header.key(), position);
      in.skipBytes(count);
      position += count;
      inflating.input(in, from, count);
      if (!inflate(inflating)) {
        return Event.VIOLATION;
      }
    }
    if (position < header.length()) {
      return Event.MORE;
    }
    if (!header.fin()) {
      phase = Phase.HEADER;
      return null;
    }
    return inflatedMessage(inflating);
  }

  private Event inflatedMessage(MessageInflater inflating) {
    // Some senders leave nothing at all of an empty message.
    if (header.received() > 0) {
      if (inflating.finish() && !inflate(inflating)) {
        return Event.VIOLATION;
      }
      if (!inflating.isComplete()) {
        return refused(Violation.protocol("compressed data that ends too soon"));
      }
      inflating.end();
    }
    return gatheredMessage();
  }

  /**
   * Gathers what was put in, inflated. The fault that comes first in the message is the one told.
   */
  private boolean inflate(MessageInflater inflating) {
    long most = Math.min(limits.messageSize(), inflating.mostBytes(header.received()));
    MessageInflater.Step step;
    do {
      ByteBuf buffer = gathered(0);
      int from = buffer.writerIndex();
      long room = most - (from - GATHERED_FROM);
      // One byte more than may be shows that there is more.
      step = inflating.step(buffer, room + 1);
      int count = buffer.writerIndex() - from;
      if (!textIsRight(buffer, from, (int) Math.min(count, room))) {
        return false;
      }
      if (count > room) {
        return violated(
            most == limits.messageSize()
                ? Violation.tooBig("a message over " + most + " bytes")
                : Violation.tooBig("a message that inflates too far"));
      }
    } while (step == MessageInflater.Step.MORE);
    return step == MessageInflater.Step.DRAINED
        || violated(Violation.protocol("compressed data that is not DEFLATE"));
  }

  private boolean textIsRight(ByteBuf buffer, int from, int count) {
    return !header.isText()
        || utf8.accept(buffer, from, count)
        || violated(Violation.utf8("text that is not UTF-8"));
  }

  private Event gatheredMessage() {
    if (!textIsComplete()) {
      return Event.VIOLATION;
    }
    ByteBuf buffer = gathered;
    if (buffer == null) {
      return message(Unpooled.EMPTY_BUFFER, 0, 0);
    }
    gatheredIsShown = true;
    return message(buffer, GATHERED_FROM, buffer.readableBytes());
  }

  private boolean textIsComplete() {
    return !header.isText()
        || utf8.complete()
        || violated(Violation.utf8("text that ends inside a character"));
  }

  private Event message(ByteBuf buffer, int offset, int count) {
    payload.set(buffer, offset, count);
    Event event = header.isText() ? Event.TEXT : Event.BINARY;
    header.endMessage();
    phase = Phase.HEADER;
    return event;
  }

  /** Moves {@code count} bytes of payload over and unmasks them there; whether all are ASCII. */
  private boolean append(ByteBuf buffer, ByteBuf in, int count) {
    int from = buffer.writerIndex();
    buffer.writeBytes(in, count);
    boolean ascii = Mask.unmask(buffer, from, count, header.key(), position);
    position += count;
    return ascii;
  }

  private void releaseGathered() {
    gatheredIsShown = false;
    payload.clear();
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }

  private boolean violated(Violation found) {
    violation = found;
    phase = Phase.ENDED;
    return false;
  }

  private Event refused(Violation found) {
    violated(found);
    return Event.VIOLATION;
  }
}
