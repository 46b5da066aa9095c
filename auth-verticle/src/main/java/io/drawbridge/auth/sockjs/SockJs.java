package io.drawbridge.auth.sockjs;

import io.drawbridge.admission.Handshake;
import io.drawbridge.edge.PlainAnswer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What lies where under {@code /eventbus}: the WebSocket transport of SockJS, and an info resource
 * that sends clients there. All other paths, {@code /eventbus/websocket} among them, are those of a
 * WebSocket without SockJS.
 */
public final class SockJs {
  private static final String INFO = "/eventbus/info";

  /** Of the server that a client has thought of, and of its session. */
  private static final String IDS = "/eventbus/[^./]+/[^./]+/";

  private static final Pattern WEBSOCKET = Pattern.compile(IDS + "websocket");

  /** The transports that a client tries when a WebSocket can't be had. */
  private static final Pattern OTHERS =
      Pattern.compile(
          "/eventbus/iframe[^/]*\\.html|"
              + IDS
              + "(?:xhr|xhr_send|xhr_streaming|eventsource|htmlfile|jsonp|jsonp_send)");

  /** What can stand in a header of ours: where any origin is allowed, it may be any bytes. */
  private static final Pattern ORIGIN = Pattern.compile("[!-~]{1,512}");

  private SockJs() {}

  /** Whether the client of this handshake speaks in frames of SockJS. */
  public static boolean isTransport(Handshake handshake) {
    return WEBSOCKET.matcher(handshake.path()).matches();
  }

  /** The answer to a request that is no WebSocket handshake; null where it should be one. */
  public static @Nullable PlainAnswer plain(Handshake request) {
    if (request.list("Upgrade").anyMatch("websocket"::equalsIgnoreCase)) {
      return null;
    }
    String path = request.path();
    if (path.equals(INFO)) {
      return switch (request.method()) {
        case "GET" -> info(request);
        case "OPTIONS" -> preflight(request);
        default -> null;
      };
    }
    return OTHERS.matcher(path).matches() ? noTransport(request) : null;
  }

  private static PlainAnswer info(Handshake request) {
    String body =
        new JsonObject()
            .put("websocket", true)
            .put("origins", new JsonArray().add("*:*"))
            .put("cookie_needed", false)
            .put("entropy", Integer.toUnsignedLong(ThreadLocalRandom.current().nextInt()))
            .encode();
    Map<String, String> headers = crossOrigin(request);
    headers.put("Content-Type", "application/json; charset=UTF-8");
    // Clients take the time of this answer for that of the way here: none may come from a cache.
    headers.put("Cache-Control", "no-store, no-cache, no-transform, must-revalidate, max-age=0");
    return new PlainAnswer(200, headers, body);
  }

  /** A browser asks first whether a page of another origin may read the info. */
  private static PlainAnswer preflight(Handshake request) {
    Map<String, String> headers = crossOrigin(request);
    headers.put("Access-Control-Allow-Methods", "GET, OPTIONS");
    headers.put("Access-Control-Max-Age", "3600");
    return new PlainAnswer(204, headers, "");
  }

  /** Not an error of the client's that counts: it tries all, one after the other. */
  private static PlainAnswer noTransport(Handshake request) {
    Map<String, String> headers = crossOrigin(request);
    headers.put("Content-Type", "text/plain; charset=utf-8");
    return new PlainAnswer(404, headers, "Of SockJS, only the transport websocket is here\n");
  }

  /**
   * Lets the page read the answer: admission has refused those whose origin is not allowed. Clients
   * ask with credentials, so that cookies of a proxy on the way reach it.
   */
  private static Map<String, String> crossOrigin(Handshake request) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Vary", "Origin");
    String origin = request.headers().get("Origin");
    if (origin != null && ORIGIN.matcher(origin).matches()) {
      headers.put("Access-Control-Allow-Origin", origin);
      headers.put("Access-Control-Allow-Credentials", "true");
    }
    return headers;
  }
}
