package io.drawbridge.config;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force, which may be replaced while the process runs. A part that can take new
 * ones asks to be told, and takes what it can; the rest of it stays as it was made. Thread-safe.
 */
public final class LiveSettings {
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile InForce inForce;

  private record Listener(Executor where, Consumer<LiveSettings> taker) {}

  private record InForce(Settings settings, @Nullable TlsMaterial tls) {}

  /**
   * @param tls null where the edges speak without TLS
   */
  public LiveSettings(Settings settings, @Nullable TlsMaterial tls) {
    inForce = new InForce(settings, tls);
  }

  public Settings settings() {
    return inForce.settings();
  }

  /** Null where the edges speak without TLS; never becomes null, or ceases to be. */
  public @Nullable TlsMaterial tls() {
    return inForce.tls();
  }

  /**
   * Asks to be told of new settings.
   *
   * @param where the taker runs, such as its event loop
   * @param taker sees the new settings here, and must not block
   * @return ends that
   */
  public Runnable onChange(Executor where, Consumer<LiveSettings> taker) {
    Listener listener = new Listener(where, taker);
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Puts others in force, and tells everybody; completes when all have taken them. */
  public CompletableFuture<Void> replace(Settings settings, @Nullable TlsMaterial tls) {
    inForce = new InForce(settings, tls);
    return CompletableFuture.allOf(
        listeners.stream()
            .map(each -> CompletableFuture.runAsync(() -> each.taker().accept(this), each.where()))
            .toArray(CompletableFuture<?>[]::new));
  }
}
