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

  private static final int FIN = 0x80;
  private static final int RESERVED_BITS = 0x70;

  /** The reserved bit that marks the first frame of a compressed message (RFC 7692 §6). */
  private static final int COMPRESSED = 0x40;

  private static final int OPCODE = 0x0F;
  private static final int MASKED = 0x80;
  private static final int MAX_CONTROL_PAYLOAD = 125;

  /**
   * The most frames without payload that may come before a message's last, however many fragments
   * are allowed: no other limit would ever end a message made of nothing.
   */
  private static final int MOST_EMPTY_FRAGMENTS = 100;

  /** The longest header that a client sends: 2 bytes, 8 of length, 4 of masking key. */
  private static final int MAX_HEADER = 14;

  private static final int KEY_LENGTH = Integer.BYTES;

  /**
   * Where a gathered message begins: as far from the beginning of a page as one that came whole.
   * From the very beginning, the kernel's copy to behind a frame's header was measured to take
   * several times as long (on one AMD processor; 64 KiB echo, 42 against 32 µs a message).
   */
  private static final int GATHERED_FROM = MAX_HEADER;

  private final WireLimits limits;
  private final ByteBufAllocator allocator;

  /** Null where no compression was agreed on. */
  private final @Nullable MessageInflater inflater;

  private final Payload payload = new Payload();
  private final Utf8 utf8 = new Utf8();
  private Phase phase = Phase.HEADER;
  private @Nullable Violation violation;

  // The frame at hand.
  private int headerBytes;
  private int lengthBytes;
  private boolean fin;
  private int opcode;
  private long length;
  private int key;

  /** How much of the frame's payload has been read. */
  private int position;

  // The message at hand.
  /** TEXT or BINARY between a message's first frame and its last, else CONTINUATION. */
  private int messageOpcode = Opcode.CONTINUATION;

  private long fragments;
  private boolean compressed;

  private int emptyFragments;

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
    if (headerBytes == 0 && in.readableBytes() >= MAX_HEADER) {
      wholeHeader(in);
    } else {
      while (phase == Phase.HEADER) {
        if (!in.isReadable()) {
          return Event.MORE;
        }
        headerByte(in.readUnsignedByte());
      }
    }
    return violation == null ? null : Event.VIOLATION;
  }

  /** The same as {@link #headerByte} for all of them, when all of them are there. */
  private void wholeHeader(ByteBuf in) {
    if (!firstByte(in.readUnsignedByte()) || !secondByte(in.readUnsignedByte())) {
      return;
    }
    if (lengthBytes == Short.BYTES) {
      length = in.readUnsignedShort();
    } else if (lengthBytes == Long.BYTES) {
      length = in.readLong();
    }
    if (lengthIsRight(lengthBytes)) {
      key = in.readInt();
      beginPayload();
    }
  }

  private void headerByte(int octet) {
    int index = headerBytes++;
    if (index == 0) {
      firstByte(octet);
    } else if (index == 1) {
      if (secondByte(octet) && lengthBytes == 0) {
        lengthIsRight(0);
      }
    } else if (index < 2 + lengthBytes) {
      length = length << Byte.SIZE | octet;
      lengthIsRight(index - 1);
    } else {
      key = key << Byte.SIZE | octet;
      if (headerBytes == 2 + lengthBytes + KEY_LENGTH) {
        beginPayload();
      }
    }
  }

  private boolean firstByte(int octet) {
    fin = (octet & FIN) != 0;
    opcode = octet & OPCODE;
    int reserved = octet & RESERVED_BITS;
    if (reserved != 0 && (reserved != COMPRESSED || !mayBeCompressed())) {
      return violated(Violation.protocol("a reserved bit is set"));
    }
    return switch (opcode) {
      case Opcode.CONTINUATION ->
          messageOpcode != Opcode.CONTINUATION
              ? fragment()
              : violated(Violation.protocol("a continuation without a message"));
      case Opcode.TEXT, Opcode.BINARY ->
          messageOpcode == Opcode.CONTINUATION
              ? firstFragment(reserved != 0)
              : violated(Violation.protocol("a new message inside a fragmented one"));
      case Opcode.CLOSE, Opcode.PING, Opcode.PONG ->
          fin || violated(Violation.protocol("a fragmented control frame"));
      default -> violated(Violation.protocol("a reserved opcode"));
    };
  }

  /** Only the first frame of a message tells; control frames are never compressed. */
  private boolean mayBeCompressed() {
    return inflater != null && (opcode == Opcode.TEXT || opcode == Opcode.BINARY);
  }

  private boolean firstFragment(boolean isCompressed) {
    compressed = isCompressed;
    if (inflater != null && isCompressed) {
      inflater.begin();
    }
    return fragment();
  }

  private boolean fragment() {
    return ++fragments <= limits.fragments()
        || violated(Violation.tooBig("more fragments than " + limits.fragments()));
  }

  private boolean secondByte(int octet) {
    if ((octet & MASKED) == 0) {
      return violated(Violation.protocol("a frame that is not masked"));
    }
    length = octet & ~MASKED;
    if (Opcode.isControl(opcode) && length > MAX_CONTROL_PAYLOAD) {
      return violated(Violation.protocol("a control frame over 125 bytes"));
    }
    if (opcode == Opcode.CLOSE && length == 1) {
      return violated(Violation.protocol("half a close code"));
    }
    // Only a frame of data may not be final.
    if (length == 0 && !fin && ++emptyFragments > MOST_EMPTY_FRAGMENTS) {
      return violated(Violation.tooBig("more empty fragments than " + MOST_EMPTY_FRAGMENTS));
    }
    lengthBytes = length < 126 ? 0 : length == 126 ? Short.BYTES : Long.BYTES;
    if (lengthBytes != 0) {
      length = 0;
    }
    return true;
  }

  /**
   * Judges the extended length after {@code have} of its bytes: what is still to come can only make
   * it larger, so a length that is too big already is refused already.
   */
  private boolean lengthIsRight(int have) {
    if (lengthBytes == Long.BYTES && (have == 1 ? length > 0x7F : length < 0)) {
      return violated(Violation.protocol("a length with its highest bit set"));
    }
    long least = length << ((lengthBytes - have) * Byte.SIZE);
    if (isTooLongAForm(have, least)) {
      return violated(Violation.protocol("a length that is not in its shortest form"));
    }
    if (Opcode.isControl(opcode)) {
      return true;
    }
    // Not a sum with the length, since that could overflow.
    long room = limits.messageSize() - receivedBytes();
    if (least > Math.min(limits.frameSize(), room)) {
      // Named is the tighter limit: the one that a length crosses first as its bytes come.
      return violated(
          limits.frameSize() <= room
              ? Violation.tooBig("a frame over " + limits.frameSize() + " bytes")
              : Violation.tooBig("a message over " + limits.messageSize() + " bytes"));
    }
    return true;
  }

  /**
   * Whether a shorter form would have held the length. Of eight bytes the first six tell, and tell
   * it before the others can take the length over a limit: so the verdict is the same at any split.
   */
  private boolean isTooLongAForm(int have, long least) {
    return switch (lengthBytes) {
      case Short.BYTES -> have == Short.BYTES && least < 126;
      case Long.BYTES -> have >= Long.BYTES - Short.BYTES && least < 0x1_0000;
      default -> false;
    };
  }

  private void beginPayload() {
    headerBytes = 0;
    position = 0;
    if (Opcode.isControl(opcode)) {
      phase = Phase.CONTROL_PAYLOAD;
    } else {
      phase = Phase.DATA_PAYLOAD;
      if (opcode != Opcode.CONTINUATION) {
        messageOpcode = opcode;
      }
      if (inflater != null && compressed) {
        inflater.frame(length);
      }
    }
  }

  // --- payload ----------------------------------------------------------------------------------

  private Event controlPayload(ByteBuf in) {
    ByteBuf buffer = control;
    if (buffer == null) {
      buffer = Unpooled.buffer(MAX_CONTROL_PAYLOAD, MAX_CONTROL_PAYLOAD);
      control = buffer;
    }
    if (position == 0) {
      buffer.clear();
    }
    int count = (int) Math.min(length - position, in.readableBytes());
    int before = position;
    append(buffer, in, count);
    if (opcode == Opcode.CLOSE && !closeIsRight(buffer, before)) {
      return Event.VIOLATION;
    }
    if (position < length) {
      return Event.MORE;
    }
    phase = opcode == Opcode.CLOSE ? Phase.ENDED : Phase.HEADER;
    payload.set(buffer, 0, position);
    return switch (opcode) {
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
            && (position < length || utf8.complete());
    return valid || violated(Violation.utf8("a close reason that is not UTF-8"));
  }

  private @Nullable Event dataPayload(ByteBuf in) {
    if (inflater != null && compressed) {
      return compressedPayload(in, inflater);
    }
    if (fin && position == 0 && gathered == null && in.readableBytes() >= length) {
      return messageInPlace(in, (int) length);
    }
    int count = (int) Math.min(length - position, in.readableBytes());
    if (count > 0 && !gather(in, count)) {
      return Event.VIOLATION;
    }
    if (position < length) {
      return Event.MORE;
    }
    if (!fin) {
      phase = Phase.HEADER;
      return null;
    }
    return gatheredMessage();
  }

  private Event messageInPlace(ByteBuf in, int count) {
    int from = in.readerIndex();
    boolean ascii = Mask.unmask(in, from, count, key, 0);
    in.skipBytes(count);
    if (messageOpcode == Opcode.TEXT && !ascii && !utf8.accept(in, from, count)) {
      violated(Violation.utf8("text that is not UTF-8"));
      return Event.VIOLATION;
    }
    return textIsComplete() ? message(in, from, count) : Event.VIOLATION;
  }

  private boolean gather(ByteBuf in, int count) {
    // Twice what came, so that the last few bytes of a frame seldom make it grow.
    ByteBuf buffer = gathered((int) Math.min(length - position, 2L * count));
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
    int count = (int) Math.min(length - position, in.readableBytes());
    if (count > 0) {
      int from = in.readerIndex();
      Mask.unmask(in, from, count, key, position);
      in.skipBytes(count);
      position += count;
      inflating.input(in, from, count);
      if (!inflate(inflating)) {
        return Event.VIOLATION;
      }
    }
    if (position < length) {
      return Event.MORE;
    }
    if (!fin) {
      phase = Phase.HEADER;
      return null;
    }
    return inflatedMessage(inflating);
  }

  private Event inflatedMessage(MessageInflater inflating) {
    if (inflating.finish() && !inflate(inflating)) {
      return Event.VIOLATION;
    }
    if (!inflating.isComplete()) {
      violated(Violation.protocol("compressed data that ends too soon"));
      return Event.VIOLATION;
    }
    inflating.end();
    return gatheredMessage();
  }

  /**
   * Gathers what was put in, inflated. The fault that comes first in the message is the one told.
   */
  private boolean inflate(MessageInflater inflating) {
    long most = Math.min(limits.messageSize(), inflating.mostBytes());
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
    return messageOpcode != Opcode.TEXT
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
    return messageOpcode != Opcode.TEXT
        || utf8.complete()
        || violated(Violation.utf8("text that ends inside a character"));
  }

  private Event message(ByteBuf buffer, int offset, int count) {
    payload.set(buffer, offset, count);
    Event event = messageOpcode == Opcode.TEXT ? Event.TEXT : Event.BINARY;
    messageOpcode = Opcode.CONTINUATION;
    fragments = 0;
    emptyFragments = 0;
    phase = Phase.HEADER;
    return event;
  }

  /** Moves {@code count} bytes of payload over and unmasks them there; whether all are ASCII. */
  private boolean append(ByteBuf buffer, ByteBuf in, int count) {
    int from = buffer.writerIndex();
    buffer.writeBytes(in, count);
    boolean ascii = Mask.unmask(buffer, from, count, key, position);
    position += count;
    return ascii;
  }

  /** The payload bytes of the message's frames that are done, as they were on the wire. */
  private long receivedBytes() {
    if (inflater != null && compressed) {
      return inflater.announced();
    }
    return gathered == null ? 0 : gathered.readableBytes();
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
}
