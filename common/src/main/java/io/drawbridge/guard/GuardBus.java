package io.drawbridge.guard;

/** The guard's addresses on the event bus; the bodies are JSON. */
public final class GuardBus {
  /** Request {@code {"events":[…]}}; answered {@code {"accepted":n}} once they are in the log. */
  public static final String ERRORS = "drawbridge.guard.errors";

  /** Published: each error event, after it was logged. */
  public static final String LOGGED = "drawbridge.errors";

  /**
   * Request {@code {"limit":name,"key":k,"want":n}}; answered {@code {"granted":g,"ttlMs":t}} or
   * {@code {"granted":0,"retryAfterMs":t}}.
   */
  public static final String LIMITS = "drawbridge.guard.limits";

  /**
   * The limit of a user, or of an address on echo; an edge with its own rate puts its name first.
   */
  public static final String KEY_MESSAGES = "keyMessages";

  /** The limit of new connections of an address, behind the name of its edge and a dot. */
  public static final String CONNECT_RATE = "connectRate";

  /** Header of a request for permits: which edge asks. Without it, the asker is not counted. */
  static final String EDGE = "drawbridge-edge";

  /** Header of the answer: how many edges asked within the last seconds. */
  static final String EDGES = "drawbridge-edges";

  /** The failure code of a request whose body is wrong. */
  static final int BAD_REQUEST = 400;

  /** The failure code of a request that can't be served now. */
  static final int UNAVAILABLE = 503;

  private GuardBus() {}
}
