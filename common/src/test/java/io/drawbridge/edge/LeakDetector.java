package io.drawbridge.edge;

import io.netty.util.ResourceLeakDetector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Netty's leak detector, which keeps its findings besides logging them. Netty makes it by name: see
 * {@code test.jvm.args} in the root POM.
 */
public final class LeakDetector<T> extends ResourceLeakDetector<T> {
  /** What was found and not asked for yet. */
  static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

  public LeakDetector(Class<?> resource, int interval) {
    super(resource, interval);
  }

  /** The form of older versions, which Netty asks for first and logs the lack of. */
  public LeakDetector(Class<?> resource, int interval, long mostActive) {
    this(resource, interval);
  }

  @Override
  protected void reportTracedLeak(String resource, String records) {
    FOUND.add(resource + records);
  }

  @Override
  protected void reportUntracedLeak(String resource) {
    FOUND.add(resource);
  }
}
