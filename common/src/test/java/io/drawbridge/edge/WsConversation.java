package io.drawbridge.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.CloseCode;
import io.drawbridge.wire.FrameEncoder;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.ServerFrame;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A scripted talk with a server over a plain socket: what is sent is any bytes, what comes is read
 * as a strict client reads it. No wait is longer than {@link #PATIENCE}.
 *
 * <pre>{@code
 * WsConversation.open(port).send("hi").expect("Server received: hi").bye();
 * }</pre>
 */
public final class WsConversation implements AutoCloseable {
  /** How long anything expected may take. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final String LOOPBACK = "127.0.0.1";
  private static final int RSV1 = 0x40;
  private static final int SMALL_BUFFER = 16 * 1024;
  private static final Set<Integer> OPCODES =
      Set.of(Opcode.TEXT, Opcode.BINARY, Opcode.CLOSE, Opcode.PING, Opcode.PONG);

  /** The reason of a Close frame of ours: {@code NAME [retry Ns] [ref id]}. */
  private static final Pattern REASON =
      Pattern.compile("([A-Z_0-9]+)(?: \\[retry (\\d+)s])? \\[ref ([0-9a-f-]{36})]");

  private static final Pattern LINE = Pattern.compile("Error: .+ \\[ref ([0-9a-f-]{36})]");

  private final Socket socket;
  private final InputStream in;

  /** The id that the last error told; empty before one did. */
  private String ref = "";

  private int retrySeconds;
  private boolean closeSeen;

  /** Whether the server may compress a message. */
  private boolean compression;

  /** Whether the frame read last was compressed. */
  private boolean compressed;

  private @Nullable ServerFrame peeked;

  private WsConversation(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  // --- to begin ---------------------------------------------------------------------------------

  /** An open WebSocket. */
  public static WsConversation open(int port) {
    return open(port, HandshakeText.valid());
  }

  /** An open WebSocket over TLS. */
  public static WsConversation open(int port, TlsClient tls) {
    return connect(port, tls).raw(HandshakeText.valid().bytes()).expectUpgrade();
  }

  /** An open WebSocket that came about by this handshake. */
  public static WsConversation open(int port, HandshakeText handshake) {
    return connect(port).raw(handshake.bytes()).expectUpgrade();
  }

  /** An open WebSocket with small buffers, so that a peer that does not read is felt soon. */
  public static WsConversation openNarrow(int port) {
    return openNarrow(port, null);
  }

  /** The answer to a handshake that is refused; the server must end the connection. */
  public static HttpAnswer refused(int port, HandshakeText handshake) {
    return refused(port, handshake.bytes());
  }

  public static HttpAnswer refused(int port, byte[] request) {
    try (WsConversation conversation = connect(port).raw(request)) {
      return conversation.answerAndEnd();
    }
  }

  /** The same over TLS, where any is given. */
  static WsConversation openNarrow(int port, @Nullable TlsClient tls) {
    WsConversation plain = connect(LOOPBACK, port, true);
    return (tls == null ? plain : plain.secured(tls))
        .raw(HandshakeText.valid().bytes())
        .expectUpgrade();
  }

  /** TCP alone. */
  public static WsConversation connect(int port) {
    return connect(LOOPBACK, port, false);
  }

  /** TCP, and TLS on top; fails with an UncheckedIOException where the handshake does. */
  public static WsConversation connect(int port, TlsClient tls) {
    return connect(LOOPBACK, port, false).secured(tls);
  }

  /** TLS on top of this; fails with an UncheckedIOException where the handshake does. */
  WsConversation secured(TlsClient tls) {
    try {
      return new WsConversation(tls.over(socket));
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    }
  }

  /** TCP alone, to this address. */
  public static WsConversation connect(String address, int port) {
    return connect(address, port, false);
  }

  /** TCP alone, from this address of the machine to the server on the same. */
  public static WsConversation connectFrom(String address, int port) {
    try {
      Socket socket = new Socket();
      socket.bind(new InetSocketAddress(address, 0));
      return connect(socket, address.contains(":") ? address : LOOPBACK, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static WsConversation connect(String address, int port, boolean narrow) {
    try {
      Socket socket = new Socket();
      if (narrow) {
        socket.setReceiveBufferSize(SMALL_BUFFER);
        socket.setSendBufferSize(SMALL_BUFFER);
      }
      return connect(socket, address, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static WsConversation connect(Socket socket, String address, int port)
      throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.connect(new InetSocketAddress(address, port), (int) PATIENCE.toMillis());
    return new WsConversation(socket);
  }

  // --- to send ----------------------------------------------------------------------------------

  public WsConversation send(String text) {
    return raw(ClientFrames.text(text));
  }

  public WsConversation sendBinary(byte... payload) {
    return raw(ClientFrames.binary(payload));
  }

  public WsConversation ping(String payload) {
    return raw(ClientFrames.ping(payload));
  }

  public WsConversation sendClose(int code) {
    return raw(ClientFrames.close(code, ""));
  }

  /** These bytes, with one write. */
  public WsConversation raw(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** These bytes, each in a packet of its own. */
  public WsConversation byteByByte(byte[] bytes) {
    for (byte each : bytes) {
      raw(new byte[] {each});
    }
    return this;
  }

  /** These bytes in packets of up to {@code most} bytes, cut where the seed says. */
  public WsConversation inPieces(byte[] bytes, int most, long seed) {
    Random random = new Random(seed);
    int end;
    for (int start = 0; start < bytes.length; start = end) {
      end = Math.min(bytes.length, start + 1 + random.nextInt(most));
      raw(Arrays.copyOfRange(bytes, start, end));
    }
    return this;
  }

  /**
   * Sends the same again and again in the background, until the server takes no more.
   *
   * @return how many bytes the kernel has taken so far
   */
  public AtomicLong flood(byte[] bytes, long times) {
    AtomicLong taken = new AtomicLong();
    Thread writer =
        new Thread(
            () -> {
              try {
                for (long i = 0; i < times; i++) {
                  socket.getOutputStream().write(bytes);
                  taken.addAndGet(bytes.length);
                }
              } catch (IOException e) {
                // Cut: the test sees it by what was taken.
              }
            },
            "flood");
    writer.setDaemon(true);
    writer.start();
    return taken;
  }

  // --- to expect --------------------------------------------------------------------------------

  /** A 101 that is right in every respect, without any extension. */
  public WsConversation expectUpgrade() {
    return expectUpgrade("");
  }

  /** A 101 that is right in every respect, with these extensions. */
  public WsConversation expectUpgrade(String extensions) {
    return expectUpgrade(extensions, "");
  }

  /** A 101 that is right in every respect, with these extensions and this subprotocol. */
  public WsConversation expectUpgrade(String extensions, String subprotocol) {
    HttpAnswer answer = HttpAnswer.of(head(), "");
    assertThat(answer.status()).as(answer.statusLine()).isEqualTo(101);
    assertThat(answer.header("Upgrade")).isEqualToIgnoringCase("websocket");
    assertThat(answer.header("Connection")).isEqualToIgnoringCase("Upgrade");
    assertThat(answer.header("Sec-WebSocket-Accept")).isEqualTo(HandshakeText.ACCEPT);
    assertThat(answer.header("Sec-WebSocket-Extensions")).isEqualTo(extensions);
    compression = !extensions.isEmpty();
    assertThat(answer.header("Sec-WebSocket-Protocol")).isEqualTo(subprotocol);
    return this;
  }

  /** The status of an HTTP answer. */
  public int status() {
    return HttpAnswer.of(head(), "").status();
  }

  /** An HTTP answer with its body, and the end of the connection behind it. */
  public HttpAnswer answerAndEnd() {
    HttpAnswer answer = answer();
    expectEof();
    return answer;
  }

  /** An HTTP answer with its body, which is empty where no length is told. */
  public HttpAnswer answer() {
    HttpAnswer head = HttpAnswer.of(head(), "");
    String length = head.header("Content-Length");
    String body =
        new String(bytes(length.isEmpty() ? 0 : Integer.parseInt(length)), StandardCharsets.UTF_8);
    return new HttpAnswer(head.statusLine(), head.headers(), body);
  }

  private String head() {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      head.writeBytes(bytes(1));
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    return text.substring(0, text.length() - 4);
  }

  public WsConversation expect(String text) {
    assertThat(text()).isEqualTo(text);
    return this;
  }

  /** The next message, which must be text. */
  public String text() {
    ServerFrame frame = next();
    assertThat(frame.opcode()).as("opcode of %s", frame).isEqualTo(Opcode.TEXT);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(frame.payload()))
          .toString();
    } catch (CharacterCodingException e) {
      return fail("a text message must be UTF-8, was " + frame);
    }
  }

  public WsConversation expectBinary(byte... payload) {
    return expect(new ServerFrame(Opcode.BINARY, payload));
  }

  public WsConversation expectPing() {
    assertThat(next().opcode()).isEqualTo(Opcode.PING);
    return this;
  }

  public WsConversation expectPong(String payload) {
    return expect(new ServerFrame(Opcode.PONG, payload.getBytes(StandardCharsets.UTF_8)));
  }

  /** A line {@code Error: words [ref id]} that holds these words. */
  public WsConversation expectErrorLine(String words) {
    String line = text();
    Matcher matcher = LINE.matcher(line);
    assertThat(line).matches(LINE).contains(words);
    assertThat(matcher.matches()).isTrue();
    ref = matcher.group(1);
    return this;
  }

  private WsConversation expect(ServerFrame frame) {
    assertThat(next()).isEqualTo(frame);
    return this;
  }

  /** A Close frame of the server's own accord: this code, and a reason that names the error. */
  public WsConversation expectClose(int code, String name) {
    ServerFrame frame = next();
    assertThat(frame.opcode()).as("opcode of %s", frame).isEqualTo(Opcode.CLOSE);
    String reason = frame.closeReason();
    Matcher matcher = REASON.matcher(reason);
    assertThat(matcher.matches()).as("a reason like NAME [ref id], was: %s", reason).isTrue();
    assertThat(matcher.group(1)).isEqualTo(name);
    assertThat(frame.closeCode()).as(reason).isEqualTo(code);
    assertThat(reason.getBytes(StandardCharsets.UTF_8))
        .hasSizeLessThanOrEqualTo(FrameEncoder.MAX_REASON);
    retrySeconds = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
    ref = matcher.group(3);
    return this;
  }

  /** The server's answer to a Close frame: the same code, no reason. */
  public WsConversation expectCloseAnswer(int code) {
    ServerFrame frame = next();
    assertThat(frame.opcode()).as("opcode of %s", frame).isEqualTo(Opcode.CLOSE);
    assertThat(frame.closeCode()).isEqualTo(code);
    assertThat(frame.closeReason()).isEmpty();
    return this;
  }

  /** The server has ended its direction, and nothing was left to read. */
  public WsConversation expectEof() {
    try {
      int found = in.read();
      assertThat(found).as("nothing more but the end").isEqualTo(-1);
      return this;
    } catch (SocketTimeoutException e) {
      return fail("no end within " + PATIENCE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing more came, and the socket is dead, by an end or by a reset. */
  public WsConversation expectNoMore() {
    try {
      assertThat(in.read()).as("nothing more but the end").isEqualTo(-1);
      return this;
    } catch (SocketTimeoutException e) {
      return fail("still there after " + PATIENCE);
    } catch (SocketException reset) {
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The socket is dead, by an end or by a reset, whatever was still to be read. */
  public WsConversation expectGone() {
    try {
      in.skip(Long.MAX_VALUE);
      while (in.read() >= 0) {
        in.skip(Long.MAX_VALUE);
      }
      return this;
    } catch (SocketTimeoutException e) {
      return fail("still there after " + PATIENCE);
    } catch (SocketException reset) {
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The payload of the next message, which must be compressed, as it came. */
  public byte[] compressed() {
    ServerFrame frame = next();
    assertThat(compressed).as("%s is compressed", frame).isTrue();
    return frame.payload();
  }

  /** Reads so many bytes, whatever they are. */
  public WsConversation skip(long count) {
    try {
      in.skipNBytes(count);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the frame that was read last is compressed. */
  public boolean wasCompressed() {
    return compressed;
  }

  /** The next frame, which stays the next. */
  public ServerFrame peek() {
    peeked = next();
    return peeked;
  }

  /** The next frame, whatever it is. */
  public ServerFrame next() {
    ServerFrame seen = peeked;
    if (seen != null) {
      peeked = null;
      return seen;
    }
    assertThat(closeSeen).as("nothing may come behind a Close frame").isFalse();
    byte[] start = bytes(2);
    int length = start[1] & 0x7F;
    compressed = compression && (start[0] & RSV1) != 0 && (start[0] & 0x0F) < Opcode.CLOSE;
    if (compressed) {
      start[0] &= ~RSV1;
    }
    byte[] extended = bytes(length == 126 ? Short.BYTES : length == 127 ? Long.BYTES : 0);
    int payload = extended.length == 0 ? length : new BigInteger(1, extended).intValueExact();
    ServerFrame frame =
        ServerFrame.readAll(ClientFrames.join(start, extended, bytes(payload))).get(0);
    assertThat(frame.opcode()).isIn(OPCODES);
    if (frame.opcode() >= Opcode.CLOSE) {
      assertThat(frame.payload()).as("a control frame").hasSizeLessThanOrEqualTo(125);
    }
    if (frame.opcode() == Opcode.CLOSE) {
      closeSeen = true;
      assertThat(frame.closeCode() == CloseCode.NO_STATUS || CloseCode.isValid(frame.closeCode()))
          .as("close code %s", frame.closeCode())
          .isTrue();
    }
    return frame;
  }

  private byte[] bytes(int count) {
    try {
      byte[] bytes = in.readNBytes(count);
      assertThat(bytes.length).as("bytes before the server ended").isEqualTo(count);
      return bytes;
    } catch (SocketTimeoutException e) {
      return fail("the server said nothing within " + PATIENCE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The id that the last error line or Close frame told. */
  public String ref() {
    return ref;
  }

  /** When to come back, as the last Close frame told; 0 for no advice. */
  public int retrySeconds() {
    return retrySeconds;
  }

  // --- to end -----------------------------------------------------------------------------------

  /** A closing handshake that we begin, to its end. */
  public void bye() {
    sendClose(CloseCode.NORMAL).expectCloseAnswer(CloseCode.NORMAL).expectEof().close();
  }

  /** Ends our direction of TCP alone. */
  public WsConversation halfClose() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends TCP with a reset instead of an end. */
  public void reset() {
    if (socket.isClosed()) {
      return;
    }
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
