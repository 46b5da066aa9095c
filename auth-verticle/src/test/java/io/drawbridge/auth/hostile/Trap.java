package io.drawbridge.auth.hostile;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** A server that tokens point to, and that nobody must ever call. Callers wait in its backlog. */
final class Trap {
  private static final ServerSocket LISTENING = listen();

  private Trap() {}

  private static ServerSocket listen() {
    try {
      return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String url() {
    return "http://127.0.0.1:" + LISTENING.getLocalPort() + "/keys.json";
  }

  /** Nobody called; and had anybody, it would have been seen. */
  static void assertNeverCalled() {
    try {
      LISTENING.setSoTimeout(50);
      assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(LISTENING::accept);
      new Socket(InetAddress.getLoopbackAddress(), LISTENING.getLocalPort()).close();
      LISTENING.accept().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
