package io.drawbridge.auth.bridge;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The requests of the event bus that one client was given and has not answered. Each has an address
 * of its own for the answer, which works once, for this session alone, and until it ends.
 */
final class OpenRequests {
  /** With more, a client is passed over. */
  static final int MOST = 256;

  /** HTTP's numbers, since callers know them. */
  private static final int GONE = 503;

  private static final int TOO_LATE = 504;

  private static final String PREFIX = "drawbridge.reply.";
  private static final int SECRET_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Vertx vertx;
  private final Map<String, Open> open = new HashMap<>(0);

  /** Begins every address; drawn with the first request, since most clients get none. */
  private @Nullable String secret;

  private long last;
  private boolean hasMoved;

  private record Open(Message<?> message, long timer) {}

  OpenRequests(Vertx vertx) {
    this.vertx = vertx;
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  boolean isFull() {
    return open.size() >= MOST;
  }

  /**
   * One more; fails towards its sender when it is not answered within this time.
   *
   * @return the address for its answer
   */
  String add(Message<?> message, Duration within) {
    String address = secret() + ++last;
    long timer = vertx.setTimer(within.toMillis(), late -> tooLate(address));
    open.put(address, new Open(message, timer));
    return address;
  }

  /** The request that has this address for its answer, which is used up; null when none has. */
  @Nullable Message<?> take(String address) {
    Open found = open.remove(address);
    if (found == null) {
      return null;
    }
    vertx.cancelTimer(found.timer());
    return found.message();
  }

  /** There were others in another process, whose addresses are not known here. */
  void moved() {
    hasMoved = true;
  }

  /** Whether an address is, or once was, one of this session's. */
  boolean knows(String address) {
    return (secret != null && address.startsWith(secret))
        || (hasMoved && address.startsWith(PREFIX));
  }

  /** The client is gone: nobody needs to wait for it. */
  void failAll() {
    open.values()
        .forEach(
            each -> {
              vertx.cancelTimer(each.timer());
              each.message().fail(GONE, "The client that served the request is gone");
            });
    open.clear();
  }

  private void tooLate(String address) {
    Message<?> message = take(address);
    if (message != null) {
      message.fail(TOO_LATE, "The client that serves the request did not answer in time");
    }
  }

  private String secret() {
    String known = secret;
    if (known == null) {
      byte[] bytes = new byte[SECRET_BYTES];
      RANDOM.nextBytes(bytes);
      known = PREFIX + HexFormat.of().formatHex(bytes) + '.';
      secret = known;
    }
    return known;
  }
}
