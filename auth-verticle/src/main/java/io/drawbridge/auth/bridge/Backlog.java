package io.drawbridge.auth.bridge;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The newest envelopes of one session, each with its number, whether its client has them by now or
 * not. To be used by one thread at a time.
 *
 * <p>Bounded by count and bytes; past either, the oldest go. So do they where all sessions of the
 * process together keep too much: there, those of the one that needs room.
 */
final class Backlog {
  /** Of all sessions of a process. */
  static final long MOST_TOTAL = 64L << 20;

  private static final byte[] SEQ = "{\"seq\":".getBytes(StandardCharsets.US_ASCII);

  private final int mostMessages;
  private final long mostBytes;
  private final AtomicLong total;

  /** Of numbers without a gap, up to {@link #last}. */
  private final ArrayDeque<byte[]> kept = new ArrayDeque<>(0);

  private long bytes;
  private long last;

  /** The number before the first that could be kept. */
  private long begun;

  /**
   * What a client gets that comes back.
   *
   * @param lost how many that came before these are gone
   */
  record Missed(long lost, List<byte[]> envelopes) {}

  /**
   * @param total what all sessions of the process keep, in bytes
   */
  Backlog(int mostMessages, long mostBytes, AtomicLong total) {
    this.mostMessages = mostMessages;
    this.mostBytes = mostBytes;
    this.total = total;
  }

  /** The number of the last one; 0 before the first. */
  long last() {
    return last;
  }

  /** How many bytes it keeps. */
  long bytes() {
    return bytes;
  }

  /** Keeps an envelope; as it is with its number. */
  byte[] add(String envelope) {
    return keep(numbered(envelope.getBytes(StandardCharsets.UTF_8)));
  }

  /** The same of one that was encoded for many. */
  byte[] add(ByteBuf envelope) {
    byte[] bare = new byte[envelope.readableBytes()];
    envelope.getBytes(envelope.readerIndex(), bare);
    return keep(numbered(bare));
  }

  /** The number is the first member, and every envelope has another behind it. */
  private byte[] numbered(byte[] bare) {
    byte[] number = Long.toString(last + 1).getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[SEQ.length + number.length + bare.length];
    System.arraycopy(SEQ, 0, all, 0, SEQ.length);
    System.arraycopy(number, 0, all, SEQ.length, number.length);
    int at = SEQ.length + number.length;
    System.arraycopy(bare, 0, all, at, bare.length);
    all[at] = ',';
    return all;
  }

  private byte[] keep(byte[] envelope) {
    last++;
    kept.add(envelope);
    bytes += envelope.length;
    long all = total.addAndGet(envelope.length);
    while (!kept.isEmpty()
        && (kept.size() > mostMessages || bytes > mostBytes || all > MOST_TOTAL)) {
      int gone = kept.remove().length;
      bytes -= gone;
      all = total.addAndGet(-gone);
    }
    return envelope;
  }

  /** What came behind this number; nothing for one that has not been given yet. */
  Missed after(long seen) {
    long known = Math.min(seen, last);
    long first = last - kept.size() + 1;
    long skipped = Math.max(0, known - first + 1);
    return new Missed(Math.max(0, first - 1 - known), kept.stream().skip(skipped).toList());
  }

  // --- a session that moves ---------------------------------------------------------------------

  /** All that it keeps, without numbers. */
  List<byte[]> bare() {
    return kept.stream().map(Backlog::bare).toList();
  }

  /** An envelope as it was before it had a number. */
  static byte[] bare(byte[] numbered) {
    int comma = SEQ.length;
    while (numbered[comma] != ',') {
      comma++;
    }
    byte[] bare = Arrays.copyOfRange(numbered, comma, numbered.length);
    bare[0] = '{';
    return bare;
  }

  /** Whether the oldest had to go since it began, or since it went on behind a number. */
  boolean hasLost() {
    return last - kept.size() > begun;
  }

  /** Forgets all, and goes on behind this number. */
  void goOnBehind(long number) {
    clear();
    last = number;
    begun = number;
  }

  /** Keeps one that has its number, the next, from elsewhere. */
  void addNumbered(byte[] envelope) {
    keep(envelope);
  }

  /** Keeps an envelope that has no number yet. */
  void addBare(byte[] bare) {
    keep(numbered(bare));
  }

  /** Keeps nothing any more. */
  void clear() {
    total.addAndGet(-bytes);
    bytes = 0;
    kept.clear();
  }
}
