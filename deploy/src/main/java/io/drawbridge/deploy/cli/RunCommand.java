package io.drawbridge.deploy.cli;

import io.drawbridge.config.Settings;
import io.drawbridge.deploy.Server;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drawbridge run}: serves until it is told to stop. */
@Command(
    name = "run",
    description = "Serves until it is told to stop.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

  /** What stopping may take on top of {@code drain.over}. */
  private static final long STOP_MARGIN_SECONDS = 10;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(
      names = "--roles",
      paramLabel = "ROLE,…",
      description = "What this process runs: echo, auth, guard, ops.")
  private @Nullable String roles;

  @Option(
      names = "--instances",
      paramLabel = "ROLE=N",
      split = ",",
      description = "Event loops that serve a role, such as echo=2; 0 is one per core.")
  private Map<String, String> instances = new LinkedHashMap<>();

  @Override
  public Integer call() throws Exception {
    Settings settings = config.read(flags());
    if (settings == null) {
      return ExitCode.USAGE;
    }
    Server server = Server.start(settings).toCompletionStage().toCompletableFuture().get();
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(server, settings, stopped), "drawbridge-stop"));
    LOG.info("ready");
    stopped.await();
    return ExitCode.OK;
  }

  private Map<String, String> flags() {
    Map<String, String> flags = new HashMap<>();
    if (roles != null) {
      flags.put("roles", roles);
    }
    instances.forEach((role, count) -> flags.put(role + ".instances", count));
    return flags;
  }

  private static void stop(Server server, Settings settings, CountDownLatch stopped) {
    LOG.info("stopping, sending connections away");
    try {
      server
          .stop()
          .toCompletableFuture()
          .get(settings.drain().over().toSeconds() + STOP_MARGIN_SECONDS, TimeUnit.SECONDS);
      LOG.info("stopped");
    } catch (ExecutionException | TimeoutException e) {
      LOG.error("did not stop in time, leaving all the same", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stopped.countDown();
    }
  }
}
