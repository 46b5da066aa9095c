package io.drawbridge.bench;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in a process of its own, and what the kernel and the JVM say of that process. Linux
 * only.
 */
final class ServerProcess implements AutoCloseable {
  private static final Duration START_WITHIN = Duration.ofSeconds(30);
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern USED = Pattern.compile("used (\\d+)K");

  private static final Pattern COMPILER = Pattern.compile("C[12] Compiler");

  private final ServerKind kind;
  private final Process process;
  private final InetSocketAddress address;
  private final Duration untilAccepted;
  private final Duration untilAnswered;

  private ServerProcess(
      ServerKind kind,
      Process process,
      InetSocketAddress address,
      Duration untilAccepted,
      Duration untilAnswered) {
    this.kind = kind;
    this.process = process;
    this.address = address;
    this.untilAccepted = untilAccepted;
    this.untilAnswered = untilAnswered;
  }

  /** Asks a server for the first thing that it is there for; fails when the answer is wrong. */
  @FunctionalInterface
  interface Probe {
    void ask(InetSocketAddress server) throws IOException;
  }

  /**
   * Starts one in a folder of its own below {@code parent}, and waits until it has answered.
   *
   * @throws IOException when it can't be started, or answers wrongly
   */
  static ServerProcess start(ServerKind kind, Path parent, Probe probe)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectory(parent.resolve(kind.name()));
    File log = folder.resolve("output.log").toFile();
    int port = freePort();
    List<String> command = kind.launcher().command(port, folder);
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      awaitAccepted(process, address, begin, log);
      Duration accepted = Duration.ofNanos(System.nanoTime() - begin);
      probe.ask(address);
      Duration answered = Duration.ofNanos(System.nanoTime() - begin);
      return new ServerProcess(kind, process, address, accepted, answered);
    } catch (IOException | InterruptedException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /**
   * Starts one after the other, each in a folder of its own, and adds it to those that run; tells
   * which can't be started, and leaves it out.
   *
   * @param probe for a server of that kind
   */
  static void startAll(
      List<ServerKind> kinds, Function<ServerKind, Probe> probe, List<ServerProcess> running)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("drawbridge-bench");
    for (ServerKind kind : kinds) {
      try {
        running.add(start(kind, folder, probe.apply(kind)));
      } catch (IOException e) {
        System.out.println(kind.name() + " is left out: " + e.getMessage());
      }
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  private static void awaitAccepted(
      Process process, InetSocketAddress address, long begin, File log)
      throws IOException, InterruptedException {
    while (true) {
      try (SocketChannel probe = SocketChannel.open(address)) {
        return;
      } catch (IOException notYet) {
        boolean late = System.nanoTime() - begin > START_WITHIN.toNanos();
        if (late || process.waitFor(2, TimeUnit.MILLISECONDS)) {
          throw new IOException("did not start: " + Files.readString(log.toPath()), notYet);
        }
      }
    }
  }

  String name() {
    return kind.name();
  }

  InetSocketAddress address() {
    return address;
  }

  /** Writes a line to its standard input. */
  void tell(String line) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write((line + '\n').getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  /** From the start of the process to its first accepted connection. */
  Duration untilAccepted() {
    return untilAccepted;
  }

  /** From the start of the process to its first answer. */
  Duration untilAnswered() {
    return untilAnswered;
  }

  /**
   * Processor time of its threads, in user and kernel mode, without the JIT compiler's: what that
   * takes belongs to the first minute of a server, not to a message.
   */
  Duration cpu() throws IOException {
    long nanos = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(proc("task"))) {
      for (Path thread : threads) {
        nanos += cpu(thread);
      }
    }
    return Duration.ofNanos(nanos);
  }

  private static long cpu(Path thread) throws IOException {
    try {
      boolean compiles = COMPILER.matcher(Files.readString(thread.resolve("comm"))).lookingAt();
      String onProcessor = Files.readString(thread.resolve("schedstat")).split(" ", 2)[0];
      return compiles ? 0 : Long.parseLong(onProcessor);
    } catch (NoSuchFileException ended) {
      return 0;
    }
  }

  /** Memory that it really has, in bytes. */
  long resident() throws IOException {
    return kibibytes(RESIDENT.matcher(Files.readString(proc("status"))));
  }

  /** Bytes of live objects, after a collection; 0 where it is no JVM. */
  long heap() throws IOException {
    if (!kind.isJava()) {
      return 0;
    }
    jcmd("GC.run");
    String info = jcmd("GC.heap_info");
    int metaspace = info.indexOf("Metaspace");
    return kibibytes(USED.matcher(metaspace < 0 ? info : info.substring(0, metaspace)));
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(process.pid()), file);
  }

  private String jcmd(String what) throws IOException {
    String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process jcmd =
        new ProcessBuilder(tool, Long.toString(process.pid()), what)
            .redirectErrorStream(true)
            .start();
    return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static long kibibytes(Matcher matcher) {
    return matcher.results().mapToLong(found -> Long.parseLong(found.group(1))).sum() * 1024;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
