package io.drawbridge.deploy.connect;

import io.drawbridge.guard.Time;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does what {@link Conversation} says, over a {@link Link}. Its lock makes the conversation see one
 * thing at a time, from the event loop and from the thread that types.
 */
final class Client implements Link.Listener {
  private static final long PATIENCE_SECONDS = 10;

  private final Display display;
  private final Conversation conversation;
  private final Link link;

  /** Messages that arrived, to be shown. */
  private long answers;

  private boolean hasQuit;

  Client(Vertx vertx, Target target, @Nullable Credential credential, Display display) {
    this.display = display;
    this.conversation = new Conversation(credential);
    this.link = new Link(vertx, target, this);
  }

  synchronized void connect() {
    display.prompt(conversation.prompt());
    link.connect(conversation.credential());
  }

  /** Does what a typed line asks for; false when that was to leave. */
  boolean typed(String line) {
    return act(each -> each.typed(line));
  }

  /** Sends a line as it is, and returns when it is on its way. */
  void sent(String line) {
    act(each -> each.sent(line));
  }

  void quit() {
    act(Conversation::quit);
  }

  /** For the terminal. */
  synchronized String prompt() {
    return Interactive.promptOf(conversation.prompt());
  }

  synchronized int exitStatus() {
    return conversation.exitStatus();
  }

  /** Waits until lines may be sent; false when it ended instead. */
  synchronized boolean awaitReady() throws InterruptedException {
    while (!conversation.isReady() && !conversation.isClosed()) {
      wait();
    }
    return conversation.isReady();
  }

  /** Waits, but not for longer, until so many messages have arrived, or it ended. */
  synchronized void awaitAnswers(long count, long patienceMs) throws InterruptedException {
    awaitAtMost(patienceMs, () -> answers >= count || conversation.isClosed());
  }

  /** Waits until it ended, but not for longer. */
  synchronized void awaitEnd() throws InterruptedException {
    awaitAtMost(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS), conversation::isClosed);
  }

  private void awaitAtMost(long patienceMs, BooleanSupplier done) throws InterruptedException {
    long end = Time.system().now().toEpochMilli() + patienceMs;
    for (long left = patienceMs; left > 0 && !done.getAsBoolean(); ) {
      wait(left);
      left = end - Time.system().now().toEpochMilli();
    }
  }

  /** Waits until this is done and {@link #wake} was called, or the conversation ended. */
  synchronized void awaitInput(CompletableFuture<Void> read) throws InterruptedException {
    while (!read.isDone() && !conversation.isClosed()) {
      wait();
    }
  }

  synchronized void wake() {
    notifyAll();
  }

  /** Decides under the lock, and waits outside it, so that what arrives is not held up. */
  private boolean act(Function<Conversation, List<Action>> decide) {
    Future<?> done;
    boolean goesOn;
    synchronized (this) {
      done = perform(decide.apply(conversation));
      goesOn = !hasQuit;
    }
    try {
      done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      // What can't be sent any more: that it ended is told where it ends.
    }
    return goesOn;
  }

  private Future<?> perform(List<Action> actions) {
    Future<?> last = Future.succeededFuture();
    for (Action action : actions) {
      if (action instanceof Action.SendText text) {
        last = link.text(text.text());
      } else if (action instanceof Action.SendBinary binary) {
        last = link.binary(HexFormat.of().parseHex(binary.hex()));
      } else if (action instanceof Action.Ping) {
        last = link.ping();
      } else if (action instanceof Action.Close close) {
        last = link.close(close.code(), close.reason());
      } else if (action instanceof Action.Connect) {
        link.connect(conversation.credential());
      } else if (action instanceof Action.Show show) {
        answers++;
        display.message(show.message());
      } else if (action instanceof Action.Say say) {
        display.status(say.line());
      } else {
        hasQuit = true;
      }
    }
    display.prompt(conversation.prompt());
    notifyAll();
    return last;
  }

  @Override
  public synchronized void opened(@Nullable String subprotocol) {
    perform(conversation.opened(subprotocol));
  }

  @Override
  public synchronized void text(String text) {
    perform(conversation.received(text));
  }

  @Override
  public synchronized void binary(byte[] bytes) {
    answers++;
    display.binary(bytes);
    notifyAll();
  }

  @Override
  public synchronized void pong() {
    display.status("pong");
  }

  @Override
  public synchronized void ended(Ending how) {
    if (!conversation.isClosed()) {
      perform(conversation.ended(how));
    }
  }
}
