package io.drawbridge.config;

/**
 * The echo edge.
 *
 * @param host name or address to listen on; {@code localhost} means both loopback addresses
 * @param port 0 to 65535; 0 takes any free port
 * @param instances event loops that serve it, at most 1,024; 0 means one per core
 * @param prefix put before each echoed text message; empty for a byte-exact echo
 * @param limits the global limits with this edge's overrides applied
 */
public record EchoSettings(
    String host, int port, int instances, String prefix, LimitSettings limits) {

  static EchoSettings from(Section root) {
    Section echo = root.child("echo");
    return new EchoSettings(
        echo.read("host", Values::host),
        echo.read("port", Values.PORT),
        echo.read("instances", Values.INSTANCES),
        echo.read("prefix", Values::text),
        LimitSettings.from(echo.child("limits").over(root.child("limits"))));
  }
}
