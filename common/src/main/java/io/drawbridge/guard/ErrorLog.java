package io.drawbridge.guard;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;
import ch.qos.logback.core.util.FileSize;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.drawbridge.config.GuardSettings;
import io.drawbridge.config.LimitSettings;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The error log: one JSON object a line, written through Logback, rolled by size and by day.
 *
 * <p>Everything outside printable ASCII is escaped, so that one event is one line, of at most 4
 * KiB, whatever a client sent. An event whose id is among the last {@value #REMEMBERED_IDS} is not
 * written again, and what stands in the file from before is among them. Blocks; to be used by one
 * worker at a time.
 */
final class ErrorLog implements AutoCloseable {
  private static final String NAME = "io.drawbridge.errors";
  private static final int REMEMBERED_IDS = 20_000;

  /** As much as the longest line. */
  private static final int PROBE_BYTES = 4096;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final LoggerContext context = new CleaningInTurn();
  private final Path path;
  private final Appender appender = new Appender();
  private final SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling;
  private final Map<String, Boolean> written =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > REMEMBERED_IDS;
        }
      };

  /** What was written and not told yet, since something behind it in its batch was not written. */
  private final ArrayDeque<ErrorEvent> untold = new ArrayDeque<>();

  /** Whether the last thing that was tried has failed. */
  private boolean fails;

  /** Whether what stood in the file from before has been read. */
  private boolean recalled;

  /** What Logback said of the write at hand; it reports its failures instead of throwing them. */
  private @Nullable Status failure;

  private boolean closed;

  /**
   * After each roll, Logback looks for files that are too old, in a thread of a pool, with one
   * calendar for all of them: two side by side have deleted the files of the day. Here it looks
   * before it goes on.
   */
  private static final class CleaningInTurn extends LoggerContext {

    @Override
    public ExecutorService getAlternateExecutorService() {
      return ImmediateEventExecutor.INSTANCE;
    }
  }

  /** Knows which file it has open, since another may come to stand under its name. */
  private static final class Appender extends RollingFileAppender<ILoggingEvent> {
    private @Nullable Object opened;

    @Override
    public void openFile(String name) throws IOException {
      super.openFile(name);
      opened = identity(Path.of(name));
    }

    boolean isAt(Path path) {
      try {
        return identity(path).equals(opened);
      } catch (IOException e) {
        return false;
      }
    }

    private static Object identity(Path path) throws IOException {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      // Where files have none, one that is there is taken for the one that was.
      return key == null ? path : key;
    }
  }

  ErrorLog(GuardSettings settings) {
    path = settings.log();
    // A context of its own: whatever the process configures for its own logging, this stays.
    context.setName(NAME);
    context.setMDCAdapter(new LogbackMDCAdapter());
    context
        .getStatusManager()
        .add(
            (StatusListener)
                status -> {
                  if (status.getLevel() == Status.ERROR) {
                    failure = status;
                  }
                });
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%msg%n");
    encoder.start();
    appender.setContext(context);
    appender.setName(NAME);
    appender.setFile(settings.log().toString());
    appender.setEncoder(encoder);
    rolling = rolling(settings);
    appender.setRollingPolicy(rolling);
  }

  private SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling(GuardSettings settings) {
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
    policy.setContext(context);
    policy.setParent(appender);
    policy.setFileNamePattern(rolledName(settings.log()) + ".%d{yyyy-MM-dd}.%i.gz");
    policy.setMaxHistory(settings.maxHistory());
    policy.setMaxFileSize(
        new FileSize(Math.min(settings.maxFileSize(), LimitSettings.UNLIMITED - 1)));
    policy.start();
    return policy;
  }

  /**
   * A path may hold what a Logback pattern would read as a conversion. There is no escape for it,
   * but an auxiliary date may be nothing but a quoted text. Logback also finds the number of the
   * next rolled file by taking the name for a regular expression: what means something in one would
   * make it throw, or forget the files that are there and write over them.
   */
  private static String rolledName(Path log) {
    String name = log.getFileName().toString().replaceAll("[\\\\(){}\\[\\]*+?^$|]", "_");
    return log.resolveSibling(name).toString().replace("%", "%d{\"'%'\", aux}");
  }

  /** Remembers events that another guard has in its log: they are not written here. */
  void heard(Collection<String> ids) {
    ids.forEach(this::remember);
  }

  /**
   * Writes what is not in the log yet. With no events, it tells by its outcome whether the log can
   * be written.
   *
   * @return the events that are new in the log since it last returned
   * @throws IOException when any of them may not be in the log; all may be offered again
   */
  List<ErrorEvent> append(List<ErrorEvent> events) throws IOException {
    try {
      open();
      if (fails && events.isEmpty()) {
        probe();
      }
      writeNew(events);
      fails = false;
    } catch (IOException | RuntimeException e) {
      fails = true;
      throw e;
    }
    List<ErrorEvent> fresh = List.copyOf(untold);
    untold.clear();
    return fresh;
  }

  private void writeNew(List<ErrorEvent> events) throws IOException {
    List<ErrorEvent> fresh = new ArrayList<>();
    for (ErrorEvent event : events) {
      if (remember(event.id())) {
        try {
          write(event);
        } catch (IOException | RuntimeException e) {
          written.remove(event.id());
          throw e;
        }
        fresh.add(event);
        untold.add(event);
      }
    }
    if (!fresh.isEmpty() && !appender.isAt(path)) {
      // Deleted or moved while it was written: whether the lines were seen is not known.
      fresh.forEach(event -> written.remove(event.id()));
      untold.removeAll(fresh);
      throw new IOException("the file was taken away");
    }
    while (untold.size() > REMEMBERED_IDS) {
      untold.remove();
    }
  }

  private boolean remember(String id) {
    return written.put(id, true) == null;
  }

  private void write(ErrorEvent event) throws IOException {
    failure = null;
    LoggingEvent line =
        new LoggingEvent(NAME, context.getLogger(NAME), Level.ERROR, json(event), null, null);
    appender.doAppend(line);
    throwFailure();
  }

  private void throwFailure() throws IOException {
    Status found = failure;
    if (found != null || !appender.isStarted()) {
      appender.stop();
      throw new IOException(found == null ? "the error log is not open" : found.getMessage());
    }
  }

  /**
   * Again after each failure, as the folder may have been missing or the disk full; and when
   * another tool has deleted or moved the file.
   */
  private void open() throws IOException {
    if (closed) {
      throw new IOException("the error log is closed");
    }
    if (appender.isStarted() && !appender.isAt(path)) {
      appender.stop();
    }
    if (appender.isStarted()) {
      return;
    }
    LogTail tail = new LogTail(path);
    tail.mend();
    if (!recalled) {
      tail.ids(REMEMBERED_IDS).forEach(this::remember);
      recalled = true;
    }
    failure = null;
    if (!rolling.isStarted()) {
      // The appender, when stopped, stops it too, but does not start it.
      rolling.start();
    }
    appender.start();
    throwFailure();
  }

  /** Whether there is room again, found out beside the log so that nothing odd stands in it. */
  private void probe() throws IOException {
    Path beside = path.toRealPath().resolveSibling("." + path.getFileName() + ".probe");
    try {
      Files.write(beside, new byte[PROBE_BYTES]);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  static String json(ErrorEvent event) {
    try {
      // Delete is ASCII and valid in JSON, but a control character, too.
      return JSON.writeValueAsString(event.toJson().getMap()).replace("\u007F", "\\u007f");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an error event is always JSON", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    appender.stop();
    context.stop();
  }
}
