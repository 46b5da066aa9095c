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
    description = {
      "Serves until it is told to stop, by SIGTERM or Ctrl-C; then sends its clients away in good",
      "order, spread over drain.over."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

  /** What stopping may take on top of {@code drain.over}. */
  private static final long STOP_MARGIN_SECONDS = 10;

  /** The same in a cluster, where clients may still have to fetch what is kept for them. */
  private static final long CLUSTER_STOP_MARGIN_SECONDS = 20;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(
      names = "--roles",
      paramLabel = "ROLE,…",
      description = "What this process runs, of echo, auth, guard and ops. Default: all.")
  private @Nullable String roles;

  @Option(
      names = "--instances",
      paramLabel = "ROLE=N",
      split = ",",
      splitSynopsisLabel = ",",
      description = "Event loops that serve echo or auth, such as echo=2; 0 is one per core.")
  private Map<String, String> instances = new LinkedHashMap<>();

  @Option(
      names = "--cluster",
      description = "Joins the cluster that cluster.members or cluster.kubernetesService leads to.")
  private boolean cluster;

  @Override
  public Integer call() throws Exception {
    Settings settings = config.readToServe(flags());
    if (settings == null) {
      return ExitCode.USAGE;
    }
    LOG.info("{}, Java {}", Version.name(), Runtime.version());
    Server server = Server.start(settings).toCompletableFuture().get();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(server, settings), "drawbridge-stop"));
    server.watch(config.file(), () -> config.result(flags()));
    Hangup.onEach(server::reload);
    LOG.info("ready");
    return untilStopped();
  }

  /** The hook ends the process; nothing ever counts this down. */
  private static int untilStopped() throws InterruptedException {
    new CountDownLatch(1).await();
    return ExitCode.OK;
  }

  private Map<String, String> flags() {
    Map<String, String> flags = new HashMap<>();
    if (roles != null) {
      flags.put("roles", roles);
    }
    if (cluster) {
      flags.put("cluster.enabled", "true");
    }
    instances.forEach((role, count) -> flags.put(role + ".instances", count));
    return flags;
  }

  /**
   * Ends the process, too: left to itself, Java would call an orderly end by a signal a failure.
   */
  private static void stop(Server server, Settings settings) {
    LOG.info("stopping, sending connections away");
    int status = ExitCode.SOFTWARE;
    long margin = settings.cluster().enabled() ? CLUSTER_STOP_MARGIN_SECONDS : STOP_MARGIN_SECONDS;
    try {
      server
          .stop()
          .toCompletableFuture()
          .get(settings.drain().over().toSeconds() + margin, TimeUnit.SECONDS);
      LOG.info("stopped");
      status = ExitCode.OK;
    } catch (ExecutionException e) {
      LOG.error("did not stop in order, leaving all the same", e);
    } catch (TimeoutException e) {
      LOG.error("did not stop in time, leaving all the same");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(status);
  }
}
