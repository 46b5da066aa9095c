package io.drawbridge.edge;

import io.drawbridge.guard.ErrorKind;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** A TLS handshake that failed: with whom, and why, in our words. */
final class TlsFault extends IOException {
  private final String peer;
  private final Reason reason;

  /** Why it failed, as far as one can tell; the TLS engines only tell it in words of their own. */
  enum Reason {
    NOT_TLS("no TLS is spoken"),
    VERSION("no version in common: 1.3 and 1.2 are spoken"),
    CIPHER("no cipher suite in common"),
    NO_CERTIFICATE("no client certificate"),
    BAD_CERTIFICATE("the client certificate is not accepted"),
    /** Who fails with us because our certificate has expired must not be banned for it. */
    REFUSED_BY_CLIENT("the client does not accept our certificate"),
    /** By the client, which as before a plain handshake is nobody's fault; or cut, and reported. */
    GONE("ended"),
    OTHER("the handshake failed");

    private final String words;

    Reason(String words) {
      this.words = words;
    }
  }

  TlsFault(String peer, Throwable cause) {
    super(cause);
    this.peer = peer;
    this.reason = reason(cause);
  }

  /** Whose fault it is. */
  String peer() {
    return peer;
  }

  Reason reason() {
    return reason;
  }

  ErrorKind kind() {
    return reason == Reason.REFUSED_BY_CLIENT ? ErrorKind.CONNECTION_LOST : ErrorKind.BAD_HANDSHAKE;
  }

  String detail() {
    return "TLS: " + reason.words;
  }

  private static Reason reason(Throwable cause) {
    if (cause instanceof NotSslRecordException) {
      return Reason.NOT_TLS;
    }
    if (!(cause instanceof SSLException)) {
      return Reason.GONE;
    }
    return reason(words(cause));
  }

  private static Reason reason(String words) {
    if (words.contains("connection closed while")) {
      return Reason.GONE;
    }
    if (words.contains("received fatal alert") || words.contains("_alert_")) {
      return words.contains("certificate") || words.contains("unknown_ca")
          ? Reason.REFUSED_BY_CLIENT
          : Reason.OTHER;
    }
    if (words.contains("empty client certificate")
        || words.contains("empty server certificate")
        || words.contains("peer_did_not_return")
        || words.contains("certificate_required")) {
      return Reason.NO_CERTIFICATE;
    }
    if (words.contains("protocol")
        && (words.contains("not enabled") || words.contains("unsupported"))) {
      return Reason.VERSION;
    }
    if (words.contains("cipher")) {
      return Reason.CIPHER;
    }
    return words.contains("certificat")
            || words.contains("certification path")
            || words.contains("pkix")
        ? Reason.BAD_CERTIFICATE
        : Reason.OTHER;
  }

  private static String words(Throwable cause) {
    StringBuilder words = new StringBuilder();
    int depth = 0;
    for (Throwable each = cause; each != null && depth < 5; each = each.getCause(), depth++) {
      words.append(each).append(' ');
    }
    return words.toString().toLowerCase(Locale.ROOT);
  }
}
