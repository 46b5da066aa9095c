package io.drawbridge.guard;

import static io.drawbridge.guard.Events.event;
import static io.drawbridge.guard.Events.events;
import static io.drawbridge.guard.Events.ids;
import static io.drawbridge.guard.Events.withDetail;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.GuardSettings;
import io.drawbridge.config.LimitSettings;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorLogTest {
  private final Path folder;

  ErrorLogTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private LogFile file(String name) {
    return new LogFile(folder.resolve(name));
  }

  private static void write(LogFile file, List<ErrorEvent> events) throws IOException {
    try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
      assertThat(log.append(events)).isEqualTo(events);
    }
  }

  @Nested
  @DisplayName("a line")
  final class Line {
    private final LogFile file = file("logs/errors.log");

    @Test
    void isWrittenForEachEventInOrder() throws IOException {
      write(file, events(0, 100));

      assertThat(file.ids()).isEqualTo(ids(events(0, 100)));
    }

    @Test
    void holdsTheFieldsOfTheEvent() throws IOException {
      write(file, List.of(event("id-1")));

      assertThat(file.events()).containsExactly(event("id-1").toJson());
      assertThat(file.lines())
          .containsExactly(
              "{\"id\":\"id-1\",\"at\":\"2026-11-22T18:00:00.123Z\",\"kind\":\"PROTOCOL_ERROR\","
                  + "\"edge\":\"echo\",\"node\":\"node-1\",\"peer\":\"192.0.2.1\","
                  + "\"user\":\"ada\",\"session\":\"s-1\",\"detail\":\"a reserved bit is set\","
                  + "\"closeCode\":1002}");
    }

    @Test
    void isInTheFileAsSoonAsItWasTaken() throws IOException {
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        log.append(List.of(event("id-1")));
        assertThat(file.ids()).containsExactly("id-1");
        log.append(List.of(event("id-2")));
        assertThat(file.ids()).containsExactly("id-1", "id-2");
      }
    }

    @Test
    void isAppendedToTheFileThatIsThere() throws IOException {
      write(file, List.of(event("id-1")));
      write(file, List.of(event("id-2")));

      assertThat(file.ids()).containsExactly("id-1", "id-2");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"id\":\"forged\"}\n{\"id\":\"forged\"}",
          "a\r\nb\rc\nd",
          "\0\1\2\t\b\f\u000B\u001F",
          "\u007F\u0080\u0085\u009F",
          "\u001B[31mred\u001B[0m \u001B]0;title\u0007 \u009B2J",
          "line\u2028paragraph\u2029next",
          "\u202Egnp.exe \u2066left\u2069 \u200Bnothing \uFEFF",
          "${jndi:ldap://evil/a} ${env:HOME} %d{HH} %msg%n {} \\u0041",
          "lone \uD83D and \uDE00 and \uDE00\uD83D",
          "\uD83D\uDE00 grüße 你好",
          "\"quoted\" and \\ back",
        })
    void isOneOfAsciiWhateverAClientSent(String evil) throws IOException {
      write(file, List.of(event("before"), withDetail("id-1", evil), event("after")));

      assertThat(file.ids()).containsExactly("before", "id-1", "after");
      String line = file.lines().get(1);
      assertThat(line.chars()).allMatch(character -> character >= ' ' && character <= '~');
      assertThat(new JsonObject(line).getString("detail")).isEqualTo(evil);
    }

    @Test
    void isShortWhateverAClientSent() throws IOException {
      String evil = "\u2028".repeat(10_000);
      ErrorEvent event =
          new ErrorEvent(evil, event("").at(), evil, evil, evil, evil, evil, evil, evil, 0, 0);

      write(file, List.of(event));

      assertThat(file.lines()).hasSize(1);
      assertThat(file.lines().get(0)).hasSizeLessThan(4096);
    }
  }

  @Nested
  @DisplayName("a repeat")
  final class Repeat {
    private final LogFile file = file("errors.log");

    @Test
    void isWrittenOnce() throws IOException {
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        assertThat(ids(log.append(events(0, 3)))).containsExactly("id-0", "id-1", "id-2");
        assertThat(ids(log.append(events(1, 5)))).containsExactly("id-3", "id-4");
        assertThat(log.append(events(0, 5))).isEmpty();
      }

      assertThat(file.ids()).isEqualTo(ids(events(0, 5)));
    }

    @Test
    void isWrittenOnceWithinABatch() throws IOException {
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        assertThat(log.append(List.of(event("id-1"), event("id-1")))).hasSize(1);
      }

      assertThat(file.ids()).containsExactly("id-1");
    }

    @Test
    void isRememberedForAsLongAsEdgesMayKeepTheirEvents() throws IOException {
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        log.append(events(0, 1));
        log.append(events(1, 10_000));

        assertThat(log.append(events(0, 1))).isEmpty();
      }
    }
  }

  @Nested
  @DisplayName("a log from before")
  final class FromBefore {
    private final LogFile file = file("errors.log");

    @Test
    void makesItsEventsKnown() throws IOException {
      write(file, events(0, 300));

      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        assertThat(ids(log.append(events(250, 310)))).isEqualTo(ids(events(300, 310)));
      }
      assertThat(file.ids()).isEqualTo(ids(events(0, 310)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100})
    void losesTheHalfLineOfAGuardThatWasKilled(int bytes) throws IOException {
      write(file, events(0, 2));
      Files.writeString(
          file.path(), ErrorLog.json(event("id-2")).substring(0, bytes), StandardOpenOption.APPEND);

      write(file, events(2, 4));

      assertThat(file.ids()).isEqualTo(ids(events(0, 4)));
    }

    @Test
    void losesAHalfLineThatStandsAlone() throws IOException {
      Files.writeString(file.path(), "{\"id\":\"id-");

      write(file, events(0, 1));

      assertThat(file.ids()).containsExactly("id-0");
    }

    @Test
    void keepsWhatIsNoneOfOurs() throws IOException {
      Files.writeString(file.path(), "{not json}\n[1]\n\u00e9\nby hand");

      write(file, events(0, 1));

      assertThat(file.lines()).hasSize(5).startsWith("{not json}", "[1]", "é", "by hand");
    }
  }

  @Nested
  @DisplayName("a file that another tool takes away")
  final class TakenAway {
    private final LogFile file = file("errors.log");

    @Test
    void isMadeAgainWhenItWasMoved() throws IOException {
      LogFile moved = file("errors.log.1");
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        log.append(events(0, 2));
        Files.move(file.path(), moved.path());
        log.append(events(2, 4));
      }

      assertThat(moved.ids()).containsExactly("id-0", "id-1");
      assertThat(file.ids()).containsExactly("id-2", "id-3");
    }

    @Test
    void isMadeAgainWhenItWasDeletedAndWhenItsFolderWas() throws IOException {
      LogFile inFolder = file("logs/errors.log");
      try (ErrorLog log = new ErrorLog(Given.logging(inFolder.path()))) {
        log.append(events(0, 2));
        Files.delete(inFolder.path());
        log.append(events(2, 4));
        assertThat(inFolder.ids()).containsExactly("id-2", "id-3");

        Files.delete(inFolder.path());
        Files.delete(inFolder.path().getParent());
        log.append(events(4, 5));
        assertThat(inFolder.ids()).containsExactly("id-4");
      }
    }

    @Test
    void losesNothingThoughItIsMovedAllTheTime() throws Exception {
      AtomicInteger moves = new AtomicInteger();
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Void> mover =
          CompletableFuture.runAsync(
              () -> {
                while (!over.get()) {
                  Path aside = folder.resolve("moved-" + moves.get());
                  LockSupport.parkNanos(2_000_000);
                  moves.addAndGet(file.path().toFile().renameTo(aside.toFile()) ? 1 : 0);
                }
              });
      List<ErrorEvent> events = events(0, 5_000);
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        for (int i = 0; i < events.size(); i += 50) {
          untilTaken(log, events.subList(i, i + 50));
        }
      }
      over.set(true);
      mover.get(10, SECONDS);

      List<String> found = new ArrayList<>(file.ids());
      for (int i = 0; i < moves.get(); i++) {
        found.addAll(file("moved-" + i).ids());
      }
      assertThat(moves).hasValueGreaterThan(5);
      assertThat(found).containsAll(ids(events));
    }

    private static void untilTaken(ErrorLog log, List<ErrorEvent> events) {
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .ignoreExceptions()
          .until(
              () -> {
                log.append(events);
                return true;
              });
    }

    @Test
    void isMadeAgainWhenItIsAskedWhetherItCanBeWritten() throws IOException {
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        log.append(events(0, 1));
        Files.delete(file.path());
        assertThat(log.append(List.of())).isEmpty();
        assertThat(file.path()).isEmptyFile();
      }
    }
  }

  @Nested
  @DisplayName("a full file")
  final class Rolling {
    private final LogFile file = file("errors.log");

    @Test
    void isRolledAndZippedAndNoLineIsLost() throws IOException {
      List<ErrorEvent> events = events(0, 300);
      try (ErrorLog log = new ErrorLog(new GuardSettings(file.path(), 10_000, 30, 20))) {
        for (ErrorEvent event : events) {
          log.append(List.of(event));
        }
        await().until(file::isZipped);
      }

      assertThat(file.rolled())
          .hasSizeGreaterThanOrEqualTo(3)
          .allSatisfy(
              rolled ->
                  assertThat(rolled.getFileName().toString())
                      .matches("errors\\.log\\.\\d{4}-\\d{2}-\\d{2}\\.\\d+\\.gz"));
      assertThat(file.allIds()).isEqualTo(ids(events));
      assertThat(Files.size(file.path())).isLessThan(10_500);
    }

    @Test
    void isRolledWhenItsDayIsOverAndKeptForSoManyDays() throws IOException {
      write(file, events(0, 1));
      Instant now = Time.system().now();
      Path old = folder.resolve("errors.log." + day(now, 5) + ".0.gz");
      Path kept = folder.resolve("errors.log." + day(now, 2) + ".0.gz");
      Files.createFile(old);
      Files.createFile(kept);
      Files.setLastModifiedTime(file.path(), FileTime.from(now.minus(Duration.ofDays(1))));

      try (ErrorLog log = new ErrorLog(new GuardSettings(file.path(), Given.TEN_MIB, 3, 20))) {
        log.append(events(1, 2));
        await().until(() -> file.isZipped() && !Files.exists(old));
      }

      assertThat(file.ids()).containsExactly("id-1");
      assertThat(folder.resolve("errors.log." + day(now, 1) + ".0.gz")).isNotEmptyFile();
      assertThat(kept).exists();
    }

    private static String day(Instant now, int daysAgo) {
      return LocalDate.ofInstant(now, ZoneId.systemDefault()).minusDays(daysAgo).toString();
    }

    /** Logback cleans after each roll; two cleaners at once would take any day for an old one. */
    @Test
    void isKeptWhenItIsRolledManyTimesInAMoment() throws IOException {
      List<ErrorEvent> events = events(0, 500);
      try (ErrorLog log = new ErrorLog(new GuardSettings(file.path(), 100, 30, 20))) {
        log.append(events);
        await().until(file::isZipped);
      }

      assertThat(file.rolled()).hasSize(499);
      assertThat(file.allIds()).isEqualTo(ids(events));
    }

    @Test
    void isNeverRolledWhereItsSizeIsUnlimited() throws IOException {
      GuardSettings unlimited = new GuardSettings(file.path(), LimitSettings.UNLIMITED, 30, 20);
      try (ErrorLog log = new ErrorLog(unlimited)) {
        log.append(events(0, 300));
      }

      assertThat(file.rolled()).isEmpty();
      assertThat(file.ids()).hasSize(300);
    }
  }

  @Nested
  @DisplayName("a path")
  final class Paths {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "with a space/error log.txt",
          "100%/50% of%20it.log",
          "%d%i/%i %msg%n %d.log",
          "a (1)/b [2] {3}.log",
          "$HOME/~.log",
          "{.log",
          "}.log",
          "%d{x}{y}%{z}.log",
          "a} %msg{b.log",
          "a+b*c?.log",
          "^a|b$.log",
          "(.log",
          ").log",
          "back\\slash\\n.log",
          "it's 'quoted' \"twice\".log",
          "%%.log",
          "${user.home}-${x:-y}.log",
          "grüße/你好.log",
        })
    void isTakenToTheLetterAndNoRolledFileIsWrittenOver(String name) throws IOException {
      LogFile file = file(name);
      List<ErrorEvent> events = events(0, 200);
      for (int start = 0; start < 2; start++) {
        try (ErrorLog log = new ErrorLog(new GuardSettings(file.path(), 10_000, 30, 20))) {
          log.append(events.subList(100 * start, 100 * start + 100));
          await().until(file::isZipped);
        }
      }

      List<Path> all;
      try (var files = Files.walk(folder)) {
        all = files.filter(Files::isRegularFile).toList();
      }
      assertThat(file.lines()).isNotEmpty();
      assertThat(file.rolled()).as("rolled, of %s", all).isNotEmpty();
      assertThat(file.allIds()).isEqualTo(ids(events));
      assertThat(all).hasSize(1 + file.rolled().size());
    }
  }

  @Nested
  @DisplayName("a log that can't be written")
  final class Unwritable {

    /** Refused at first, and taken once the way is free: the same events. */
    private void refusesUntil(LogFile file, Step wayIsFree) throws IOException {
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        for (int again = 0; again < 3; again++) {
          assertThatIOException().isThrownBy(() -> log.append(events(0, 3)));
        }
        wayIsFree.run();

        assertThat(log.append(events(0, 3))).isEqualTo(events(0, 3));
        assertThat(log.append(events(0, 4))).isEqualTo(events(3, 4));
      }
      assertThat(file.ids()).isEqualTo(ids(events(0, 4)));
    }

    interface Step {
      void run() throws IOException;
    }

    @Test
    void isWrittenAgainWhenAFolderIsNoLongerInItsPlace() throws IOException {
      LogFile file = file("errors.log");
      Files.createDirectory(file.path());

      refusesUntil(file, () -> Files.delete(file.path()));
    }

    @Test
    void isWrittenAgainWhenAFileIsNoLongerInThePlaceOfItsFolder() throws IOException {
      Path inTheWay = Files.createFile(folder.resolve("logs"));

      refusesUntil(file("logs/errors.log"), () -> Files.delete(inTheWay));
    }

    /** A pipe, whose reader leaves: what a full or broken disk is to a writer. */
    @Test
    void isWrittenAndRolledAgainWhenWritingToTheOpenFileHasFailed() throws Exception {
      LogFile file = file("errors.log");
      assumeThat(new ProcessBuilder("mkfifo", file.path().toString()).start().waitFor()).isZero();
      GuardSettings settings = new GuardSettings(file.path(), 10_000, 30, 20);
      try (ErrorLog log = new ErrorLog(settings)) {
        CompletableFuture<String> firstLine = CompletableFuture.supplyAsync(this::readALine);
        log.append(events(0, 1));
        assertThat(firstLine.get(10, SECONDS)).contains("\"id-0\"");

        assertThatIOException().isThrownBy(() -> log.append(events(0, 100)));
        Files.delete(file.path());

        for (ErrorEvent event : events(0, 100)) {
          log.append(List.of(event));
        }
        await().until(file::isZipped);
      }
      assertThat(file.rolled()).isNotEmpty();
      assertThat(file.allIds()).isEqualTo(ids(events(1, 100)));
    }

    private String readALine() {
      try (BufferedReader pipe = Files.newBufferedReader(folder.resolve("errors.log"))) {
        return pipe.readLine();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Test
    void refusesAllOfABatchAndTakesItAllLater() throws IOException {
      LogFile file = file("errors.log");
      Files.createDirectory(file.path());
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        List<ErrorEvent> many = new ArrayList<>(events(0, 1_000));
        assertThatIOException().isThrownBy(() -> log.append(many));
        Files.delete(file.path());

        assertThat(log.append(many)).isEqualTo(many);
      }
      assertThat(file.ids()).hasSize(1_000).doesNotHaveDuplicates();
    }

    @Test
    void saysSoToWhoAsksAndWhenItIsWellAgain() throws IOException {
      LogFile file = file("errors.log");
      try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
        Files.createDirectory(file.path());
        assertThatIOException().isThrownBy(() -> log.append(List.of()));
        Files.delete(file.path());
        assertThat(log.append(List.of())).isEmpty();
      }
    }

    @Test
    void isWholeAndWithoutRepeatsWhenItsDiskWasFull() throws Exception {
      try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), "128k")) {
        LogFile file = new LogFile(disk.folder().resolve("errors.log"));
        Path filler = Files.write(disk.folder().resolve("filler"), new byte[100_000]);
        List<ErrorEvent> events = events(0, 500);
        try (ErrorLog log = new ErrorLog(Given.logging(file.path()))) {
          assertThatIOException().isThrownBy(() -> log.append(events));
          assertThatIOException().isThrownBy(() -> log.append(events));
          assertThatIOException().isThrownBy(() -> log.append(List.of()));
          int before = file.lines().size();
          assertThat(before).isBetween(20, 400);

          Files.delete(filler);
          assertThat(log.append(List.of())).hasSizeGreaterThanOrEqualTo(before - 1);
          List<ErrorEvent> fits = events.subList(0, 450);
          log.append(fits);
          assertThat(file.ids()).isEqualTo(ids(fits));
        }
      }
    }

    @Test
    void isWrittenAgainWhenItsDiskIsNoLongerReadOnly() throws Exception {
      try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), "1m")) {
        LogFile file = new LogFile(disk.folder().resolve("errors.log"));
        disk.remount("ro");

        refusesUntil(file, () -> disk.remount("rw"));
      }
    }

    @Test
    void takesNothingOnceItIsClosed() throws IOException {
      LogFile file = file("errors.log");
      ErrorLog log = new ErrorLog(Given.logging(file.path()));
      log.append(events(0, 1));
      log.close();

      assertThatIOException().isThrownBy(() -> log.append(events(1, 2)));
      assertThat(file.ids()).containsExactly("id-0");
    }
  }
}
