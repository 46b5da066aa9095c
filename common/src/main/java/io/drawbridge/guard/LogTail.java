package io.drawbridge.guard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * The end of an error log that was written before: by a guard that was killed, or until its disk
 * was full. Blocks.
 */
final class LogTail {
  /** Room for the ids that are remembered. */
  private static final int BYTES_OF_IDS = 16 << 20;

  /** Room for more than one line of the longest. */
  private static final int BYTES_OF_A_LINE = 64 << 10;

  private final Path file;

  LogTail(Path file) {
    this.file = file;
  }

  /**
   * Removes what stands behind the last whole line: the half of an event whose sender was not told
   * that it is in the log, and sends it again. Text that is none of ours only gets its line ended.
   */
  void mend() throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) == 0) {
      return;
    }
    String tail = read(BYTES_OF_A_LINE);
    int end = tail.lastIndexOf('\n') + 1;
    if (end == tail.length()) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (tail.charAt(end) == '{' && (end > 0 || tail.length() == channel.size())) {
        channel.truncate(channel.size() - (tail.length() - end));
      } else {
        channel.write(ByteBuffer.wrap(new byte[] {'\n'}), channel.size());
      }
    }
  }

  /** The ids of the last events, the oldest first; lines that are no event are passed over. */
  List<String> ids(int most) throws IOException {
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    String[] lines = read(BYTES_OF_IDS).split("\n", -1);
    return Arrays.stream(lines, Math.max(0, lines.length - 1 - most), lines.length)
        .map(LogTail::id)
        .filter(id -> !id.isEmpty())
        .toList();
  }

  private static String id(String line) {
    try {
      return line.startsWith("{") && new JsonObject(line).getValue("id") instanceof String id
          ? id
          : "";
    } catch (DecodeException e) {
      return "";
    }
  }

  /** Its last bytes, one character for each. */
  private String read(int most) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long from = Math.max(0, channel.size() - most);
      ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - from));
      int read = 0;
      while (bytes.hasRemaining() && read >= 0) {
        read = channel.read(bytes, from + bytes.position());
      }
      return new String(bytes.array(), 0, bytes.position(), ISO_8859_1);
    }
  }
}
