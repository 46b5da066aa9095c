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
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The error log: one JSON object a line, written through Logback, rolled by size and by day.
 *
 * <p>Everything outside printable ASCII is escaped, so that one event is one line whatever a client
 * sent. An event whose id was written of late is not written again. Blocks; to be used by one
 * worker at a time.
 */
final class ErrorLog implements AutoCloseable {
  private static final String NAME = "io.drawbridge.errors";
  private static final int REMEMBERED_IDS = 20_000;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final LoggerContext context = new LoggerContext();
  private final RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
  private final SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling;
  private final Map<String, Boolean> written =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > REMEMBERED_IDS;
        }
      };

  /** What Logback said of the write at hand; it reports its failures instead of throwing them. */
  private @Nullable Status failure;

  private boolean closed;

  ErrorLog(GuardSettings settings) {
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
    policy.setFileNamePattern(escaped(settings.log()) + ".%d{yyyy-MM-dd}.%i.gz");
    policy.setMaxHistory(settings.maxHistory());
    policy.setMaxFileSize(
        new FileSize(Math.min(settings.maxFileSize(), LimitSettings.UNLIMITED - 1)));
    policy.start();
    return policy;
  }

  /**
   * A path may hold what a Logback pattern would read as a conversion. There is no escape for it,
   * but an auxiliary date may be nothing but a quoted text.
   */
  private static String escaped(Path path) {
    return path.toString().replace("%", "%d{\"'%'\", aux}");
  }

  /**
   * Writes what is not in the log yet.
   *
   * @return the events that were new
   * @throws IOException when any of them may not be in the log; all may be offered again
   */
  List<ErrorEvent> append(List<ErrorEvent> events) throws IOException {
    List<ErrorEvent> fresh = events.stream().filter(event -> remember(event.id())).toList();
    try {
      for (ErrorEvent event : fresh) {
        write(event);
      }
    } catch (IOException | RuntimeException e) {
      fresh.forEach(event -> written.remove(event.id()));
      throw e;
    }
    return fresh;
  }

  private boolean remember(String id) {
    return written.put(id, true) == null;
  }

  private void write(ErrorEvent event) throws IOException {
    failure = null;
    if (!appender.isStarted()) {
      open();
    }
    LoggingEvent line =
        new LoggingEvent(NAME, context.getLogger(NAME), Level.ERROR, json(event), null, null);
    appender.doAppend(line);
    Status found = failure;
    if (found != null || !appender.isStarted()) {
      appender.stop();
      throw new IOException(found == null ? "the error log is not open" : found.getMessage());
    }
  }

  /** Again after each failure: the folder may have been missing, or the disk full. */
  private void open() throws IOException {
    if (closed) {
      throw new IOException("the error log is closed");
    }
    if (!rolling.isStarted()) {
      // The appender, when stopped, stops it too, but does not start it.
      rolling.start();
    }
    appender.start();
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
