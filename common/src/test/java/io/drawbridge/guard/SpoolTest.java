package io.drawbridge.guard;

import static io.drawbridge.guard.Events.events;
import static io.drawbridge.guard.Events.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  private static final long NO_BOUND = Long.MAX_VALUE / 2;

  private final Path data;
  private final Path spools;
  private final Spool spool;

  SpoolTest(@TempDir Path folder) throws IOException {
    data = folder.resolve("data");
    spools = data.resolve("spool");
    spool = spool("node-1");
  }

  private Spool spool(String node) throws IOException {
    Spool made = new Spool(data, node, NO_BOUND);
    made.enter();
    return made;
  }

  /** Hands all over, to nobody. */
  private static List<String> drain(Spool spool) throws IOException {
    List<String> ids = new ArrayList<>();
    for (Spool.Segment next = spool.oldest(); next != null; next = spool.oldest()) {
      ids.addAll(ids(next.events()));
      spool.remove(next);
    }
    return ids;
  }

  private Path onlyFile(String node) throws IOException {
    try (Stream<Path> files = Files.list(spools.resolve(node))) {
      return files.filter(file -> file.toString().endsWith(".jsonl")).findFirst().orElseThrow();
    }
  }

  @Test
  void makesNoFolderBeforeItIsNeeded() throws IOException {
    assertThat(spool.holds()).isFalse();
    assertThat(spool.oldest()).isNull();
    assertThat(data).doesNotExist();
  }

  @Test
  void givesBackWhatItWasGivenInOrder() throws IOException {
    assertThat(spool.append(events(0, 10), 0)).isEqualTo(10);
    assertThat(spool.append(events(10, 5_000), 0)).isEqualTo(4_990);
    assertThat(spool.holds()).isTrue();

    assertThat(spool.oldest()).extracting(Spool.Segment::events).isEqualTo(events(0, 2_000));
    assertThat(drain(spool)).isEqualTo(ids(events(0, 5_000)));
    assertThat(spool.holds()).isFalse();
  }

  @Test
  void putsWhatComesMeanwhileBehindTheFileThatIsHandedOver() throws IOException {
    spool.append(events(0, 10), 0);
    Spool.Segment first = Objects.requireNonNull(spool.oldest());
    spool.append(events(10, 20), 0);

    assertThat(first.events()).isEqualTo(events(0, 10));
    spool.remove(first);
    assertThat(drain(spool)).isEqualTo(ids(events(10, 20)));
  }

  @Test
  void leavesNothingBehindOnceItIsEmpty() throws IOException {
    spool.append(events(0, 10), 0);
    drain(spool);

    assertThat(spools).isEmptyDirectory();

    spool.append(events(10, 20), 0);
    assertThat(drain(spool)).isEqualTo(ids(events(10, 20)));
  }

  @Test
  void isToBeReadByItsOwnerAlone() throws IOException {
    spool.append(events(0, 1), 0);

    for (Path folder : List.of(data, spools, spools.resolve("node-1"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
          .isEqualTo("rwx------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(onlyFile("node-1"))))
        .isEqualTo("rw-------");
  }

  @Test
  void takesNoMoreThanItsCapacityAndItsReserve() throws IOException {
    long line = ErrorLog.json(Events.event("id-0")).length() + 1L;
    Spool small = new Spool(data, "node-2", 5 * line);
    small.enter();

    assertThat(small.append(events(0, 3), 0)).isEqualTo(3);
    assertThat(small.append(events(3, 9), 0)).isEqualTo(2);
    assertThat(small.append(events(5, 9), 0)).isZero();
    assertThat(small.append(events(5, 9), line)).isEqualTo(1);

    assertThat(Files.size(onlyFile("node-2"))).isEqualTo(6 * line);
    assertThat(drain(small)).isEqualTo(ids(events(0, 6)));
    assertThat(small.append(events(6, 9), 0)).isEqualTo(3);
  }

  @Test
  void leavesOutALineThatIsDamagedAndKeepsTheRest() throws IOException {
    spool.append(events(0, 2), 0);
    Path file = onlyFile("node-1");
    Files.writeString(
        file, "{}\nno json\n[]\n\u0000\u0000\n{\"id\":\"id-2\",\"at", StandardOpenOption.APPEND);

    assertThat(drain(spool)).containsExactly("id-0", "id-1");
    assertThat(file).doesNotExist();
  }

  @Test
  void takesOverWhatADeadProcessHasLeft() throws IOException {
    spool.append(events(0, 3_000), 0);
    spool.leave(this);

    Spool next = spool("node-2");
    assertThat(next.holds()).isTrue();
    next.append(events(3_000, 3_001), 0);

    assertThat(spools.resolve("node-1")).doesNotExist();
    assertThat(drain(next)).isEqualTo(ids(events(0, 3_001)));
  }

  @Test
  void goesOnWithItsOwnFilesUnderTheSameName() throws IOException {
    spool.append(events(0, 3), 0);
    spool.leave(this);

    Spool next = spool("node-1");
    next.append(events(3, 5), 0);

    assertThat(drain(next)).isEqualTo(ids(events(0, 5)));
  }

  @Test
  void leavesWhatALiveProcessHas() throws IOException {
    spool.append(events(0, 3), 0);

    assertThat(spool("node-2").holds()).isFalse();
    assertThatIOException().isThrownBy(() -> spool("node-1"));
    assertThat(drain(spool)).isEqualTo(ids(events(0, 3)));
  }

  @Test
  void isMadeAgainWhenItsFolderWasRemoved() throws IOException {
    spool.append(events(0, 3), 0);
    try (Stream<Path> files = Files.walk(spools)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }

    assertThatIOException().isThrownBy(() -> spool.append(events(3, 6), 0));
    assertThat(spool.append(events(3, 6), 0)).isEqualTo(3);
    assertThat(drain(spool)).isEqualTo(ids(events(3, 6)));
  }

  @Test
  void takesAllOrNothingOfWhatHasNoRoomOnTheDisk() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(data.resolveSibling("disk"), "64k")) {
      Spool onDisk = new Spool(disk.folder(), "node-1", NO_BOUND);
      onDisk.enter();
      assertThat(onDisk.append(events(0, 50), 0)).isEqualTo(50);

      assertThatIOException().isThrownBy(() -> onDisk.append(events(50, 1_000), 0));

      assertThat(onDisk.append(events(50, 60), 0)).isEqualTo(10);
      assertThat(drain(onDisk)).isEqualTo(ids(events(0, 60)));
      onDisk.leave(this);
    }
  }

  @Test
  void isHandedOverByOneAtATime() throws IOException {
    spool.append(events(0, 1), 0);
    spool.enter();

    assertThat(spool.lead("one")).isTrue();
    assertThat(spool.lead("one")).isTrue();
    assertThat(spool.lead("two")).isFalse();

    spool.leave("one");
    assertThat(spool.lead("two")).isTrue();
    drain(spool);
    assertThat(spool.lead("one")).isTrue();
  }
}
