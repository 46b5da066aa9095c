package io.drawbridge.edge;

import io.drawbridge.connection.Connection;
import io.drawbridge.connection.MessageHandler;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.wire.Payload;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Echoes what it is sent, but does what it is told by some texts; counts what is called. One serves
 * all connections of a test.
 */
public final class TalkingHandler implements MessageHandler {
  /** Throws. */
  public static final String THROW = "throw";

  /** Closes, as {@code UNSUPPORTED_DATA}. */
  public static final String CLOSE = "close";

  /** Reads no more until {@link #releaseAll}. */
  public static final String HOLD = "hold";

  /** Reads no more, and closes. */
  public static final String HOLD_AND_CLOSE = "hold and close";

  /** Sends more and more, unasked, until it may not any more. */
  public static final String PUSH = "push";

  private static final byte[] NO_PREFIX = {};
  private static final String PUSHED = "x".repeat(16 * 1024);

  public final AtomicInteger opened = new AtomicInteger();
  public final AtomicInteger closed = new AtomicInteger();

  private final Queue<Held> held = new ConcurrentLinkedQueue<>();

  private record Held(Connection connection, Context context) {}

  @Override
  public void opened(Connection connection) {
    opened.incrementAndGet();
  }

  @Override
  public void text(Connection connection, Payload payload) {
    switch (payload.text()) {
      case THROW -> throw new IllegalStateException("thrown on purpose by a test");
      case CLOSE -> connection.close(ErrorKind.UNSUPPORTED_DATA, "asked to");
      case PUSH -> push(connection);
      case HOLD -> hold(connection);
      case HOLD_AND_CLOSE -> {
        hold(connection);
        connection.close(ErrorKind.UNSUPPORTED_DATA, "asked to");
      }
      default -> connection.sendText(NO_PREFIX, payload);
    }
  }

  @Override
  public void binary(Connection connection, Payload payload) {
    connection.sendBinary(payload);
  }

  @Override
  public void closed(Connection connection) {
    closed.incrementAndGet();
  }

  private void hold(Connection connection) {
    connection.hold();
    held.add(new Held(connection, Vertx.currentContext()));
  }

  private static void push(Connection connection) {
    connection.sendText(PUSHED);
    if (connection.isOpen()) {
      Vertx.currentContext().runOnContext(turn -> push(connection));
    }
  }

  /** Lets all go on that are being held. */
  public void releaseAll() {
    for (Held each = held.poll(); each != null; each = held.poll()) {
      Connection connection = each.connection();
      each.context().runOnContext(turn -> connection.release());
    }
  }

  /** How many wait to be released. */
  public int held() {
    return held.size();
  }
}
