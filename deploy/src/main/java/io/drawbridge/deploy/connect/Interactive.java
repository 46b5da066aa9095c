package io.drawbridge.deploy.connect;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.spi.SystemStream;
import org.jspecify.annotations.Nullable;

/** The edge to the terminal: lines are edited and remembered, what arrives is shown above them. */
public final class Interactive implements Display, AutoCloseable {
  private static final int REMEMBERED = 500;

  private final Terminal terminal;
  private final LineReaderImpl reader;

  /**
   * @param history where typed lines are kept; null for nowhere
   * @throws IOException when there is no terminal
   */
  public Interactive(@Nullable Path history) throws IOException {
    terminal = builder().build();
    // Between two lines, too, Ctrl-C does not end the program.
    terminal.handle(Terminal.Signal.INT, any -> {});
    reader = new LineReaderImpl(terminal, "drawbridge", new HashMap<>());
    // What is typed is sent as it is: no quoting, no events such as !!.
    reader.setParser(new DefaultParser().escapeChars(null).quoteChars(new char[0]));
    reader.option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
    reader.option(LineReader.Option.HISTORY_TIMESTAMPED, false);
    reader.setVariable(LineReader.HISTORY_SIZE, REMEMBERED);
    reader.setVariable(LineReader.HISTORY_FILE_SIZE, REMEMBERED);
    if (history != null) {
      reader.setVariable(LineReader.HISTORY_FILE, history);
    }
    TypedHistory typed = new TypedHistory();
    reader.setHistory(typed);
    typed.attach(reader);
  }

  /** Native calls, or else the programs stty and tty; never a guess. */
  private static TerminalBuilder builder() {
    return TerminalBuilder.builder()
        .providers("jni,exec")
        .system(true)
        .nativeSignals(true)
        .dumb(false);
  }

  /** Whether there is somebody who types and reads: input and output are both a terminal. */
  public static boolean isPossible() {
    return builder().getProviders(null, new IllegalStateException()).stream()
        .anyMatch(
            each ->
                each.isSystemStream(SystemStream.Input)
                    && each.isSystemStream(SystemStream.Output));
  }

  /** Runs until the user leaves; the result is the exit status. */
  public int run(Vertx vertx, Target target, @Nullable Credential credential)
      throws InterruptedException {
    Client client = new Client(vertx, target, credential, this);
    client.connect();
    while (goesOn(client)) {
      // Each line does its work in there.
    }
    int status = client.exitStatus();
    client.awaitEnd();
    return status;
  }

  private boolean goesOn(Client client) {
    try {
      return client.typed(reader.readLine(client.prompt()));
    } catch (UserInterruptException e) {
      // Ctrl-C gives up this line, and nothing else.
      return true;
    } catch (EndOfFileException e) {
      client.quit();
      return false;
    }
  }

  @Override
  public void message(String text) {
    reader.printAbove("< " + Printable.shown(text));
  }

  @Override
  public void binary(byte[] bytes) {
    reader.printAbove(
        "< binary, %d bytes: %s".formatted(bytes.length, Printable.shown(Printable.hex(bytes))));
  }

  @Override
  public void status(String line) {
    reader.printAbove("- " + line);
  }

  @Override
  public void prompt(String state) {
    reader.setPrompt(promptOf(state));
    if (reader.isReading()) {
      reader.callWidget(LineReader.REDISPLAY);
    }
  }

  /** A percent sign would begin a pattern. */
  static String promptOf(String state) {
    return state.replace("%", "%%") + "> ";
  }

  @Override
  public void close() throws IOException {
    reader.getHistory().save();
    terminal.close();
  }
}
