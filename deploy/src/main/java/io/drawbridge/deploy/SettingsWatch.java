package io.drawbridge.deploy;

import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.KeyFile;
import io.drawbridge.config.LiveSettings;
import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsDiff;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.config.TlsFiles;
import io.drawbridge.config.TlsMaterial;
import io.drawbridge.config.TlsSettings;
import io.drawbridge.guard.Time;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts new settings and certificates in force while the process runs: when a file has changed and
 * is at rest, or when told to. All or nothing: where anything is wrong, the old ones stay.
 *
 * <p>Contents are compared, since a container's volume swaps links, and a watch on a file would
 * miss that. All of it runs on one worker thread.
 */
final class SettingsWatch {
  private static final Logger LOG = LoggerFactory.getLogger(SettingsWatch.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** What the parts of the process take while they run. */
  private static final Predicate<String> TAKEN_LIVE =
      Pattern.compile(
              "((echo|auth)\\.)?limits\\..*|(firewall|bridge|tls)\\..*"
                  + "|auth\\.(secret|allowWeakSecret|keys|algorithms)")
          .asMatchPredicate();

  /** By all parts of the process; one that is just being stopped may never take them. */
  private static final Duration TAKEN_WITHIN = Duration.ofSeconds(10);

  private final Source source;
  private final LiveSettings live;
  private final Time time;
  private final Vertx vertx;
  private final WorkerExecutor worker;
  private final long timer;

  // Used on the worker alone.
  private FileContents applied;
  private FileContents seen;

  /** Completes when all have taken what was read last. */
  private volatile Future<Void> inForce = Future.succeededFuture();

  /** What was read last without a problem, in force or waiting for a restart. */
  private Settings loaded;

  /** The same, but refused where a file that they name was: that file may be put right. */
  private Settings tried;

  /**
   * Where settings come from.
   *
   * @param file null where there is none
   * @param read reads file, environment and flags anew
   * @param keys reads the files of keys that they name
   */
  record Source(@Nullable Path file, Supplier<SettingsResult> read, KeyFiles keys) {}

  /** Reads the keys that tokens are verified with. */
  @FunctionalInterface
  interface KeyFiles {
    /**
     * Blocks.
     *
     * @return puts them in force; true where that changed anything
     * @throws IOException where they can't be used
     */
    BooleanSupplier read(AuthSettings settings) throws IOException;
  }

  SettingsWatch(Vertx vertx, Source source, LiveSettings live, Time time) {
    this.vertx = vertx;
    this.source = source;
    this.live = live;
    this.time = time;
    this.loaded = live.settings();
    this.tried = loaded;
    this.applied = FileContents.of(files());
    this.seen = applied;
    this.worker = vertx.createSharedWorkerExecutor("drawbridge-settings", 1);
    this.timer = vertx.setPeriodic(LOOK_EVERY.toMillis(), tick -> run(this::look));
  }

  /**
   * Reads all of it anew, whether it has changed or not; completes when it is in force or refused.
   */
  Future<Void> reload() {
    return run(this::readAnew)
        .compose(read -> inForce)
        .timeout(TAKEN_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
  }

  Future<Void> close() {
    vertx.cancelTimer(timer);
    return worker.close();
  }

  private Future<Void> run(Runnable task) {
    return worker
        .<Void>executeBlocking(
            () -> {
              task.run();
              return null;
            })
        .onFailure(cause -> LOG.error("the settings could not be looked at", cause));
  }

  /** A file that is being written is left alone until it looks the same twice. */
  private void look() {
    FileContents now = FileContents.of(files());
    boolean isAtRest = now.equals(seen);
    seen = now;
    if (isAtRest && !now.isIn(applied)) {
      readAnew();
    }
  }

  private List<Path> files() {
    return Stream.of(named(loaded), named(tried), Stream.ofNullable(source.file()))
        .flatMap(files -> files)
        .toList();
  }

  private static Stream<Path> named(Settings settings) {
    TlsSettings tls = settings.tls();
    return Stream.concat(
        Stream.of(tls.cert(), tls.key(), tls.clientCa()).flatMap(Stream::ofNullable),
        settings.auth().keys().stream().map(KeyFile::file));
  }

  private void readAnew() {
    // Looked at before they are read: what changes in between is noticed the next time.
    applied = FileContents.of(files());
    SettingsResult result = source.read().get();
    if (result instanceof SettingsResult.Loaded fresh) {
      tried = fresh.settings();
      applied = FileContents.of(named(tried).toList()).and(applied);
      readFiles(fresh);
    } else if (result instanceof SettingsResult.Refused refused) {
      refuse(refused.problems());
    }
  }

  private void readFiles(SettingsResult.Loaded fresh) {
    TlsFiles.Contents tls = TlsFiles.read(fresh.settings().tls(), time.now());
    List<String> problems = new ArrayList<>();
    tls.problems().forEach(problem -> problems.add(problem.toString()));
    BooleanSupplier keys = () -> false;
    try {
      keys = source.keys().read(fresh.settings().auth());
    } catch (IOException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    if (!problems.isEmpty()) {
      refuse(problems);
      return;
    }
    Stream.concat(fresh.warnings().stream(), tls.warnings().stream())
        .forEach(warning -> LOG.warn("settings: {}", warning));
    take(fresh.settings(), tls.material());
    if (keys.getAsBoolean()) {
      LOG.info("other keys are in force for tokens");
    }
  }

  private static void refuse(List<?> problems) {
    problems.forEach(problem -> LOG.error("new settings refused, the old ones stay: {}", problem));
  }

  private void take(Settings fresh, @Nullable TlsMaterial tls) {
    TlsMaterial before = live.tls();
    List<String> taken = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    boolean switched = (before == null) != (tls == null);
    for (String path : SettingsDiff.paths(loaded, fresh)) {
      boolean isTaken = TAKEN_LIVE.test(path) && !(switched && path.startsWith("tls."));
      (isTaken ? taken : waiting).add(path);
    }
    loaded = fresh;
    inForce = Future.fromCompletionStage(live.replace(fresh, switched ? before : tls));
    tell(taken, waiting);
    if (tls != null && !switched && !tls.equals(before)) {
      LOG.info("certificate {} is in force for new connections", tls.fingerprint());
    }
  }

  private static void tell(List<String> taken, List<String> waiting) {
    LOG.info(
        "settings read anew; {}",
        taken.isEmpty() ? "no key changed that is taken at once" : "in force: " + taken);
    if (!waiting.isEmpty()) {
      LOG.warn("needs a restart to be in force: {}", waiting);
    }
  }
}
