package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeeperTest {
  private final Loop loop = new Loop();
  private final List<Integer> written = Collections.synchronizedList(new ArrayList<>());

  /** Of the event loop alone. */
  private int state;

  private volatile boolean broken;

  private final Keeper keeper = new Keeper(loop.vertx, "numbers", this::toWrite);

  private Keeper.Write toWrite() {
    int now = state;
    return () -> {
      if (broken) {
        throw new IOException("disk full");
      }
      written.add(now);
    };
  }

  @AfterEach
  void close() throws TimeoutException {
    loop.close();
  }

  private Future<Void> change() throws TimeoutException {
    return loop.call(
        () -> {
          state++;
          return keeper.write();
        });
  }

  @Test
  void completesOnceTheChangeIsWritten() throws Exception {
    Loop.await(change());

    assertThat(written).containsExactly(1);
  }

  @Test
  void writesManyChangesAtOnce() throws Exception {
    List<Future<Void>> changes =
        loop.call(
            () -> {
              List<Future<Void>> all = new ArrayList<>();
              for (int i = 0; i < 1_000; i++) {
                state++;
                all.add(keeper.write());
              }
              return all;
            });

    Loop.await(Future.all(changes));

    assertThat(written).containsExactly(1, 1_000);
  }

  @Test
  void failsWhileItCantBeWrittenAndGoesOnAfterIt() throws Exception {
    broken = true;
    Future<Void> lost = change();
    assertThatThrownBy(() -> Loop.await(lost)).hasMessageContaining("disk full");

    broken = false;
    Loop.await(change());

    assertThat(written).containsExactly(2);
  }

  @Test
  void hasWrittenAllWhenItIsClosed() throws Exception {
    Future<Void> closed =
        loop.call(
            () -> {
              state = 1;
              keeper.write();
              state = 2;
              keeper.write();
              return keeper.close();
            });

    Loop.await(closed);

    await().untilAsserted(() -> assertThat(written).endsWith(2));
  }

  @Test
  void endsThoughNothingCanBeWritten() throws Exception {
    broken = true;
    change();

    Loop.await(loop.call(keeper::close));
  }
}
