package io.drawbridge.auth.bridge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One address that clients of this node listen to: its one consumer on the event bus, and the event
 * loops that what comes is passed on to. A message comes in on the consumer's event loop, is
 * encoded there once, and makes one hop to each other.
 *
 * <p>Changed by {@link AddressHub} alone, one change at a time.
 */
final class Topic {
  private static final Logger LOG = LoggerFactory.getLogger(Topic.class);
  private static final int UNAVAILABLE = 503;
  private static final int NOT_JSON = 500;

  private final EventBus bus;
  private final String address;

  /** Never changed in place: messages come in meanwhile. */
  private volatile Audience[] audiences = {};

  /** Whose event loop the consumer is on. */
  private @Nullable Context home;

  private @Nullable MessageConsumer<Object> consumer;
  private Future<Void> heard = Future.succeededFuture();

  /** How many messages for one there were; counted on the consumer's event loop. */
  private int turns;

  Topic(EventBus bus, String address) {
    this.bus = bus;
    this.address = address;
  }

  /** Called on the audience's event loop; the first to come has the consumer there. */
  void add(Audience audience) {
    Audience[] more = Arrays.copyOf(audiences, audiences.length + 1);
    more[more.length - 1] = audience;
    audiences = more;
    listenAgain(audience.context);
    audience.heard = heard;
  }

  void remove(Audience audience) {
    audiences = Arrays.stream(audiences).filter(each -> each != audience).toArray(Audience[]::new);
  }

  int eventLoops() {
    return audiences.length;
  }

  boolean isEmpty() {
    return audiences.length == 0;
  }

  /** The event loop that this is called on takes what comes from the bus, if none does. */
  void listenAgain(Context here) {
    if (consumer != null) {
      return;
    }
    home = here;
    MessageConsumer<Object> made = bus.consumer(address);
    made.handler(message -> received(here, message));
    heard = made.completion();
    consumer = made;
  }

  void end() {
    MessageConsumer<Object> ended = consumer;
    if (ended != null) {
      consumer = null;
      ended.unregister();
    }
  }

  /** Where to go on when this event loop ends; null when it need not move. */
  @Nullable Audience refuge(Context ending) {
    return home == ending && !isEmpty() ? audiences[0] : null;
  }

  // --- what comes in ----------------------------------------------------------------------------

  private void received(Context here, Message<Object> message) {
    Audience[] all = audiences;
    if (message.isSend()) {
      pass(here, message, all, first(all), 0);
    } else {
      publish(here, message, all);
    }
  }

  private void publish(Context here, Message<Object> message, Audience[] all) {
    ByteBuf envelope;
    try {
      String json = Envelope.rec(address, message, null).encode();
      envelope = PooledByteBufAllocator.DEFAULT.directBuffer(ByteBufUtil.utf8Bytes(json));
      ByteBufUtil.writeUtf8(envelope, json);
    } catch (RuntimeException e) {
      tellNotJson(message, e);
      return;
    }
    for (Audience each : all) {
      envelope.retain();
      run(
          here,
          each,
          () -> {
            try {
              each.deliver(envelope);
            } finally {
              envelope.release();
            }
          });
    }
    envelope.release();
  }

  /** The audience whose turn it is, so that each session has as many turns as any other. */
  private int first(Audience[] all) {
    int sum = 0;
    for (Audience each : all) {
      sum += each.size();
    }
    if (sum == 0) {
      return 0;
    }
    int left = Integer.remainderUnsigned(turns++, sum);
    for (int i = 0; i < all.length; i++) {
      left -= all[i].size();
      if (left < 0) {
        return i;
      }
    }
    return 0;
  }

  /** To one session: this event loop's, or the next one's if none of this can take it. */
  private void pass(Context here, Message<Object> message, Audience[] all, int first, int tried) {
    if (tried == all.length) {
      refuse(message, all);
      return;
    }
    Audience at = all[(first + tried) % all.length];
    run(
        here,
        at,
        () -> {
          if (!offered(at, message)) {
            pass(at.context, message, all, first, tried + 1);
          }
        });
  }

  /** Whether it went to somebody, or can go to nobody. */
  private static boolean offered(Audience audience, Message<Object> message) {
    try {
      return audience.offer(message);
    } catch (RuntimeException e) {
      tellNotJson(message, e);
      message.fail(NOT_JSON, "The body can't be told as JSON");
      return true;
    }
  }

  private static void refuse(Message<Object> message, Audience[] all) {
    boolean anybody = Arrays.stream(all).anyMatch(each -> each.size() > 0);
    if (anybody) {
      message.fail(UNAVAILABLE, "No client that serves this address can take a request now");
    } else {
      message.reply(
          new ReplyException(ReplyFailure.NO_HANDLERS, "Nobody serves this address any more"));
    }
  }

  private static void run(Context here, Audience there, Runnable task) {
    if (here == there.context) {
      task.run();
    } else {
      there.context.runOnContext(hop -> task.run());
    }
  }

  /** Kinds alone: what stands in an address or a body may be a client's. */
  private static void tellNotJson(Message<?> message, RuntimeException e) {
    Object body = message.body();
    LOG.warn(
        "a message of the event bus can't be told to clients as JSON: {} in a {}",
        e.getClass().getName(),
        body == null ? "null" : body.getClass().getName());
  }
}
