package io.drawbridge.config;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force, which may be replaced while the process runs. A part that can take new
 * ones asks to be told, and takes what it can; the rest of it stays as it was made. Thread-safe.
 */
public final class LiveSettings {
  private final List<Consumer<LiveSettings>> listeners = new CopyOnWriteArrayList<>();
  private volatile InForce inForce;

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
   * @param listener is called on any thread, and must not block; it sees the new settings here
   * @return ends that
   */
  public Runnable onChange(Consumer<LiveSettings> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Puts others in force, and tells everybody. */
  public void replace(Settings settings, @Nullable TlsMaterial tls) {
    inForce = new InForce(settings, tls);
    listeners.forEach(listener -> listener.accept(this));
  }
}
