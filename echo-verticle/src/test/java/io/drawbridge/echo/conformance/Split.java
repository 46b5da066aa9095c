package io.drawbridge.echo.conformance;

import io.drawbridge.edge.WsConversation;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** How the bytes of a case are cut into packets: what comes of them must be the same. */
enum Split {
  WHOLE("in one write"),
  BYTE_BY_BYTE("byte by byte"),
  RANDOM("at random");

  /** Above it, "byte by byte" is in pieces: each costs two system calls and a wake-up. */
  private static final int MOST_PIECES = 2_000;

  private static final int SMALL_PIECE = 8;

  private final String words;

  Split(String words) {
    this.words = words;
  }

  /**
   * Sends the bytes. A server that has ended the connection in their middle is none of its
   * business: what is expected next tells whether it should have.
   *
   * @param of the case, which may have pieces of its own
   */
  void send(WsConversation to, byte[] bytes, ConformanceCase of, long seed) {
    int least = 1 + bytes.length * of.times() / MOST_PIECES;
    try {
      if (of.pieces() > 0) {
        inPieces(to, bytes, of.pieces());
      } else {
        switch (this) {
          case WHOLE -> to.raw(bytes);
          case BYTE_BY_BYTE -> inPieces(to, bytes, least);
          case RANDOM -> to.inPieces(bytes, SMALL_PIECE * least, seed);
        }
      }
    } catch (UncheckedIOException ended) {
      // The answer may still be read.
    }
  }

  private static void inPieces(WsConversation to, byte[] bytes, int size) {
    for (int from = 0; from < bytes.length; from += size) {
      to.raw(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size)));
    }
  }

  @Override
  public String toString() {
    return words;
  }
}
