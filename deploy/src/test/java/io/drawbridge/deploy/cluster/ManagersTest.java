package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.deploy.TestSettings;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagersTest {
  @TempDir private Path folder = Path.of("");

  /** Found as that of another jar would be. */
  public static final class Another extends HazelcastClusterManager {}

  @Test
  void isHazelcastByOurSettings() throws Exception {
    assertThat(manager())
        .isInstanceOfSatisfying(
            HazelcastClusterManager.class,
            ours -> assertThat(ours.getConfig().getClusterName()).isEqualTo("drawbridge"));
  }

  @Test
  void isAnotherThatIsOnTheClassPath() throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF").resolve("services"));
    Files.writeString(
        services.resolve(VertxServiceProvider.class.getName()), Another.class.getName());
    Thread thread = Thread.currentThread();
    ClassLoader usual = thread.getContextClassLoader();
    try (URLClassLoader more = new URLClassLoader(new URL[] {folder.toUri().toURL()}, usual)) {
      thread.setContextClassLoader(more);

      assertThat(manager()).isInstanceOf(Another.class);
    } finally {
      thread.setContextClassLoader(usual);
    }
  }

  private ClusterManager manager() throws Exception {
    return Managers.manager(
        TestSettings.of(folder).cluster(),
        InetAddress.getAllByName("127.0.0.1")[0],
        "node-under-test");
  }
}
