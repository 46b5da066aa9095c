package io.drawbridge.deploy.connect;

import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with a pipe on either side: each line of the input is sent as it is, each message
 * that arrives is one line of the output, and all else goes to the other output. UTF-8.
 */
public final class Piped implements Display {
  private final PrintStream out;
  private final PrintWriter err;

  public Piped(PrintStream out, PrintWriter err) {
    this.out = out;
    this.err = err;
  }

  /**
   * Runs until the input has ended and as many messages arrived as lines were sent, or none of them
   * within {@code patience}; or until the connection ends.
   *
   * @return the exit status
   */
  public int run(
      Vertx vertx,
      Target target,
      @Nullable Credential credential,
      InputStream input,
      Duration patience)
      throws InterruptedException {
    Client client = new Client(vertx, target, credential, this);
    client.connect();
    if (client.awaitReady()) {
      AtomicLong lines = new AtomicLong();
      CompletableFuture<Void> read = new CompletableFuture<>();
      Thread reader = new Thread(() -> send(input, client, lines, read), "drawbridge-input");
      // It may hang in the input when all else is over.
      reader.setDaemon(true);
      reader.start();
      client.awaitInput(read);
      client.awaitAnswers(lines.get(), patience.toMillis());
      client.quit();
      client.awaitEnd();
    }
    return client.exitStatus();
  }

  private void send(
      InputStream input, Client client, AtomicLong lines, CompletableFuture<Void> read) {
    try (var reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!client.awaitReady()) {
          return;
        }
        client.sent(line);
        lines.incrementAndGet();
      }
    } catch (IOException e) {
      err.println("the input can't be read");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      read.complete(null);
      client.wake();
    }
  }

  @Override
  public void message(String text) {
    line(Printable.whole(text));
  }

  @Override
  public void binary(byte[] bytes) {
    line(Printable.hex(bytes));
  }

  private void line(String text) {
    // Bytes, whatever the locale says.
    out.writeBytes((text + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void status(String line) {
    err.println(line);
    err.flush();
  }

  @Override
  public void prompt(String state) {
    // There is nobody to prompt.
  }
}
