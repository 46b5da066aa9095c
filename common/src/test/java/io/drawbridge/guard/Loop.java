package io.drawbridge.guard;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.drawbridge.config.Settings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** A Vert.x of its own, and one of its event loops, on which a test does one thing at a time. */
final class Loop implements AutoCloseable {
  final Vertx vertx;

  private final Context context;

  Loop() {
    this(Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(2)));
  }

  /** One more event loop of a Vert.x. */
  Loop(Vertx vertx) {
    this.vertx = vertx;
    // An own thread's is always the same one.
    this.context = vertx.getOrCreateContext();
  }

  /** Does it on the event loop, and waits for what it returns. */
  <T> T call(Callable<T> step) throws TimeoutException {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        turn -> {
          try {
            done.complete(step.call());
          } catch (Exception e) {
            done.fail(e);
          }
        });
    return done.future().await(10, SECONDS);
  }

  void run(Runnable step) throws TimeoutException {
    call(
        () -> {
          step.run();
          return true;
        });
  }

  static <T> T await(Future<T> future) throws TimeoutException {
    return future.await(10, SECONDS);
  }

  /** A real guard; its id. */
  String deployGuard(Settings settings, Time time) throws TimeoutException {
    return await(vertx.deployVerticle(new GuardVerticle(settings, Given.node(time))));
  }

  @Override
  public void close() throws TimeoutException {
    await(vertx.close());
  }
}
