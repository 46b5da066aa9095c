package io.drawbridge.guard;

/** The guard's addresses on the event bus; the bodies are JSON. */
public final class GuardBus {
  /**
   * Request {@code {"events":[…]}}; answered {@code {"accepted":n}} once they are in the log. With
   * no events, the answer tells whether the log can be written.
   */
  public static final String ERRORS = "drawbridge.guard.errors";

  /** Published: each error event, after it was logged. */
  public static final String LOGGED = "drawbridge.errors";

  /**
   * Request {@code {"limit":name,"key":k,"want":n}}; answered {@code {"granted":g,"ttlMs":t}} or
   * {@code {"granted":0,"retryAfterMs":t}}.
   */
  public static final String LIMITS = "drawbridge.guard.limits";

  /**
   * Request {@code {"op":"ban"|"unban"|"list","subject":"ip:…"|"user:…","forMs":n,"why":s}}.
   *
   * <p>{@code ban} and {@code unban} are answered {@code {"seq":n,"subject":s,"until":ms,
   * "changed":b}}; {@code until} is 0 and {@code changed} false where there was nobody to pardon.
   * {@code list} is answered {@code {"seq":n,"bans":[{"subject","until","why","since"}…]}}; who
   * sends {@code "known":n} gets no {@code bans} while {@code n} is still the last change.
   */
  public static final String BANS = "drawbridge.guard.bans";

  /** Published: {@code {"seq":n,"op":"ban"|"unban","subject":s,"until":ms}}, one number apart. */
  public static final String BAN_CHANGES = "drawbridge.bans";

  /**
   * Served by the secure edge, not by the guard. Request {@code {"op":"list"|"kick"|"revoke",
   * "user":u,"session":s,"jti":j}}, all three optional for {@code list}, at least one for {@code
   * kick}, exactly one for {@code revoke}, which takes {@code forMs}, too; both take {@code why}.
   *
   * <p>Answered {@code {"sessions":[…],"total":n}}, {@code {"kicked":n}}, {@code {"revoked":n}};
   * the last once it is in the file. It holds for all nodes of a cluster; those that did not answer
   * within 0.5 s stand in {@code "missing":[node…]}.
   */
  public static final String SESSIONS = "drawbridge.sessions";

  /**
   * Published by the secure edge: {@code {"event":"join"|"leave","user":u,"node":n,"sessions":k,
   * "at":ms}} when a user has the first session on a node, and when the last one has ended; at most
   * a second late, and not where the user was back by then.
   */
  public static final String PRESENCE = "drawbridge.presence";

  /**
   * Served by the secure edge. Request {@code {"op":"list","user":u,"offset":n,"limit":n}}, all but
   * {@code op} optional; answered {@code {"users":[{"user","sessions","since"}…],"total":n,
   * "node":n}}. An address of its own: a request to {@link #PRESENCE} could go to a client that
   * listens there.
   */
  public static final String PRESENCE_LIST = "drawbridge.presence.list";

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

  /** The most permits that one request may want. */
  static final long MOST_PERMITS = 10_000;

  /** The failure code of a request whose body is wrong. */
  public static final int BAD_REQUEST = 400;

  /** The failure code of a request that can't be served now. */
  public static final int UNAVAILABLE = 503;

  private GuardBus() {}
}
