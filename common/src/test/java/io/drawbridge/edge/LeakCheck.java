package io.drawbridge.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that has leaked a buffer. It leaks one itself first: once that one is found,
 * the garbage of the tests has been looked through too, and the detector is known to work.
 */
public final class LeakCheck implements AfterAllCallback {
  private static final String CANARY = "leaked by LeakCheck itself";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Override
  public void afterAll(ExtensionContext tests) {
    leakCanary();
    List<String> leaks = new ArrayList<>();
    await("the leak detector finds what was leaked on purpose")
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> collect(leaks));
    assertThat(leaks).as("buffers leaked by %s", tests.getDisplayName()).isEmpty();
  }

  private static void leakCanary() {
    ByteBuf leaked = UnpooledByteBufAllocator.DEFAULT.directBuffer(1);
    // The same finding is reported only once, so each must be another.
    leaked.touch(CANARY + ' ' + System.nanoTime());
  }

  /** Whether the canary was among what was found. */
  private static boolean collect(List<String> leaks) {
    System.gc();
    // The detector reports when the next buffer is made.
    UnpooledByteBufAllocator.DEFAULT.directBuffer(1).release();
    boolean canary = false;
    for (String leak = LeakDetector.FOUND.poll(); leak != null; leak = LeakDetector.FOUND.poll()) {
      if (leak.contains(CANARY)) {
        canary = true;
      } else {
        leaks.add(leak);
      }
    }
    return canary;
  }
}
