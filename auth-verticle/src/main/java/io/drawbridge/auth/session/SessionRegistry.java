package io.drawbridge.auth.session;

import io.drawbridge.auth.token.Claims;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.OnTooManySessions;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.Gauge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All sessions of this process, over all event loops of its secure edge: who has how many, and how
 * they are ended from elsewhere; and the tokens that are believed no more. Thread-safe; nothing
 * here waits.
 *
 * <p>Each session belongs to a connection, so there are no more than {@code limits.connections}. A
 * session that is ended from here is gone from here at once; its connection hears of it right
 * after.
 */
public final class SessionRegistry {
  /** Past it, a request to revoke is refused. */
  static final int MOST_REVOCATIONS = 100_000;

  /** Tokens that a session is known to have been shown; the oldest are forgotten first. */
  static final int MOST_TOKENS = 8;

  /**
   * @param tokens that the session has and had, the newest last
   */
  private record Live(Session session, SessionHandle handle, List<Shown> tokens) {
    Live(Session session, SessionHandle handle) {
      this(session, handle, List.of(Shown.of(session.claims())));
    }

    Live with(Session refreshed, Instant stillGood) {
      Shown fresh = Shown.of(refreshed.claims());
      List<Shown> kept =
          tokens.stream()
              .filter(each -> each.expiresAt().isAfter(stillGood) && !each.isSameAs(fresh))
              .toList();
      List<Shown> all = new ArrayList<>(kept);
      all.add(fresh);
      return new Live(
          refreshed,
          handle,
          List.copyOf(all.subList(Math.max(0, all.size() - MOST_TOKENS), all.size())));
    }

    boolean wasShown(Predicate<Shown> which) {
      return tokens.stream().anyMatch(which);
    }
  }

  /**
   * A part of a list.
   *
   * @param total how many there are in all
   */
  record Page(List<Session> sessions, int total) {}

  /**
   * A user who is on.
   *
   * @param sessions how many the user has here
   * @param since when the oldest of them was opened
   */
  record User(String user, int sessions, Instant since) {}

  /**
   * A part of those who are on.
   *
   * @param total how many there are in all
   */
  record Users(List<User> users, int total) {}

  /**
   * What a request to revoke has done here.
   *
   * @param ended sessions
   * @param remembered what is new of what is believed no more
   */
  record Revoked(int ended, List<Revocation> remembered) {}

  private final Time time;
  private final Duration leeway;
  private final Duration revokedFor;
  private final int most;
  private final OnTooManySessions onTooMany;

  /** By id, the oldest first. */
  private final Map<String, Live> sessions = new LinkedHashMap<>();

  /** The ids of each user's sessions, the oldest first; only users that have any, likewise. */
  private final Map<String, Set<String>> ofUsers = new LinkedHashMap<>();

  private final Presence presence = new Presence();

  private final Revocations revocations;

  /** Who counts over all nodes; null where there is only this one. */
  private volatile @Nullable Counting counting;

  /** Asks and tells who counts the sessions of each user over all nodes. From any thread. */
  interface Counting {
    /** Asks for one more; answered on any thread, and always. */
    void claim(Session session, Consumer<SessionVerdict> answer);

    /** One has come here from another node. */
    void moved(Session session);

    /** One has ended; called while nobody else gets at the sessions, so nothing may wait. */
    void released(Session session);
  }

  public SessionRegistry(AuthSettings settings, Node node) {
    this(settings, node, MOST_REVOCATIONS);
  }

  SessionRegistry(AuthSettings settings, Node node, int mostRevocations) {
    this.time = node.time();
    this.leeway = settings.leeway();
    this.revokedFor = settings.revokedFor();
    this.most = settings.sessionsPerUser();
    this.onTooMany = settings.onTooManySessions();
    this.revocations = new Revocations(mostRevocations);
    Gauge.builder("drawbridge.sessions", this, SessionRegistry::size)
        .description("Open sessions of this node")
        .register(node.meters());
    Gauge.builder("drawbridge.revocations", this, SessionRegistry::revocationCount)
        .description("Revocations that are remembered, at most " + MOST_REVOCATIONS)
        .register(node.meters());
  }

  // --- for connections --------------------------------------------------------------------------

  /** A session begins, unless its token was revoked or its user may have no more. */
  public SessionVerdict open(Session session, SessionHandle handle) {
    List<Live> replaced;
    synchronized (this) {
      if (isRevoked(session.claims())) {
        return revoked(session.claims());
      }
      Set<String> others = ofUsers.getOrDefault(session.user(), Set.of());
      if (others.size() >= most && onTooMany == OnTooManySessions.REFUSE) {
        return new SessionVerdict.Refused(
            ErrorKind.CONNECTION_LIMIT, "the user has " + others.size() + " sessions");
      }
      replaced = takeOldest(others, others.size() - most + 1);
      sessions.put(session.id(), new Live(session, handle));
      ofUsers.computeIfAbsent(session.user(), this::came).add(session.id());
    }
    end(replaced, ErrorKind.SESSION_REPLACED, "more than " + most + " sessions of the user");
    return new SessionVerdict.Opened(session);
  }

  /**
   * Opens one that has come from another node: over all nodes, it is none more.
   *
   * @return as {@link #open}
   */
  public SessionVerdict adopt(Session arrived, SessionHandle handle) {
    SessionVerdict verdict = open(arrived, handle);
    Counting known = counting;
    if (known != null && verdict instanceof SessionVerdict.Opened) {
      known.moved(arrived);
    }
    return verdict;
  }

  /** Whether other nodes may have sessions, too, so that each has to be {@link #count}ed. */
  public boolean isCounted() {
    return counting != null;
  }

  /**
   * Asks whether the user may have this session, which is open here, over all nodes. Where nobody
   * knows within 0.3 s, it may.
   *
   * @param answer gets {@code Opened}, or {@code Refused} with {@code CONNECTION_LIMIT}; on any
   *     thread
   */
  public void count(Session session, Consumer<SessionVerdict> answer) {
    Counting known = counting;
    if (known == null) {
      answer.accept(new SessionVerdict.Opened(session));
    } else {
      known.claim(session, answer);
    }
  }

  /** From now on, sessions are counted over all nodes, or no more. */
  void countBy(@Nullable Counting others) {
    counting = others;
  }

  /** A session goes on with another token of its user. */
  public synchronized SessionVerdict refresh(String id, Claims claims) {
    Live live = sessions.get(id);
    if (live == null) {
      return new SessionVerdict.Refused(ErrorKind.SESSION_REVOKED, "ended meanwhile");
    }
    if (!live.session().user().equals(claims.user())) {
      return new SessionVerdict.Refused(
          ErrorKind.INVALID_TOKEN, "of another user, " + fingerprint(claims));
    }
    if (isRevoked(claims)) {
      return revoked(claims);
    }
    Session fresh = live.session().with(claims);
    sessions.put(id, live.with(fresh, time.now().minus(leeway)));
    return new SessionVerdict.Opened(fresh);
  }

  /** A client comes back to a session with this token, from this address. */
  public synchronized SessionVerdict resume(String id, Claims claims, String peer) {
    SessionVerdict verdict = refresh(id, claims);
    if (verdict instanceof SessionVerdict.Opened opened) {
      Session moved = opened.session().at(peer);
      sessions.put(id, new Live(moved, live(id).handle()));
      return new SessionVerdict.Opened(moved);
    }
    return verdict;
  }

  /** From now on, a session is ended in this way; false where it has ended already. */
  public synchronized boolean hand(String id, SessionHandle handle) {
    return sessions.computeIfPresent(id, (same, live) -> new Live(live.session(), handle)) != null;
  }

  /** A session is over; does nothing where it was ended from here. */
  public synchronized void close(String id) {
    remove(id);
  }

  /** Whether a token is believed no more, good as it is. */
  public synchronized boolean isRevoked(Claims claims) {
    return revocations.revoked(claims, now());
  }

  private synchronized int revocationCount() {
    return revocations.size();
  }

  /** How many are open. */
  public synchronized int size() {
    return sessions.size();
  }

  private static SessionVerdict revoked(Claims claims) {
    return new SessionVerdict.Refused(ErrorKind.INVALID_TOKEN, "revoked, " + fingerprint(claims));
  }

  private static String fingerprint(Claims claims) {
    return "token " + claims.fingerprint();
  }

  // --- for who is in charge ---------------------------------------------------------------------

  /** Those that fit, the oldest first. */
  synchronized Page list(SessionFilter filter, int offset, int limit) {
    List<Live> found = matching(filter);
    return new Page(
        found.stream().skip(offset).limit(limit).map(Live::session).toList(), found.size());
  }

  /** Who is on, those first who have been for longest; or this one user alone, if on. */
  synchronized Users users(@Nullable String only, int offset, int limit) {
    if (only != null) {
      Set<String> ids = ofUsers.get(only);
      return ids == null
          ? new Users(List.of(), 0)
          : new Users(offset == 0 ? List.of(user(only, ids)) : List.of(), 1);
    }
    return new Users(
        ofUsers.entrySet().stream()
            .skip(offset)
            .limit(limit)
            .map(each -> user(each.getKey(), each.getValue()))
            .toList(),
        ofUsers.size());
  }

  private User user(String user, Set<String> ids) {
    return new User(user, ids.size(), live(ids.iterator().next()).session().since());
  }

  /** Who has come and gone since this was last asked, the first so many. */
  synchronized List<Presence.Change> comings(int most) {
    return presence.take(most, user -> ofUsers.getOrDefault(user, Set.of()).size());
  }

  /** Ends those that fit; their tokens stay good. How many they were. */
  int kick(SessionFilter filter, String why) {
    List<Live> kicked;
    synchronized (this) {
      kicked = take(matching(filter));
    }
    end(kicked, ErrorKind.SESSION_REVOKED, "kicked" + why);
    return kicked.size();
  }

  /**
   * Believes tokens no more, and ends the sessions that have them.
   *
   * @param of one thing: a user, whose tokens are those issued until now; a session, whose tokens
   *     are those it was shown, up to {@value #MOST_TOKENS}; or a {@code jti}
   * @param forget how long it is remembered where nobody knows when the tokens end; null for as
   *     long as the settings say
   * @return how many sessions were ended, and what is remembered of it; null where no more can be
   *     remembered, and nothing was done
   */
  @Nullable Revoked revoke(SessionFilter of, @Nullable Duration forget, String why) {
    List<Live> ended;
    List<Revocation> fresh;
    synchronized (this) {
      List<Shown> tokens = tokens(of);
      if (of.session() != null && tokens.isEmpty()) {
        return new Revoked(0, List.of());
      }
      long otherwise = now() + (forget == null ? revokedFor : forget).toMillis();
      fresh = revocations(of, tokens, otherwise);
      if (!revocations.addAll(fresh, now())) {
        return null;
      }
      ended =
          take(
              of.user() != null
                  ? matching(of)
                  : select(
                      sessions.values(),
                      live -> live.wasShown(each -> tokens.stream().anyMatch(each::isSameAs))));
    }
    end(ended, ErrorKind.SESSION_REVOKED, "revoked" + why);
    return new Revoked(ended.size(), fresh);
  }

  /** Those that are meant, of which something is known. */
  private List<Shown> tokens(SessionFilter of) {
    if (of.session() != null) {
      Live live = sessions.get(of.session());
      return live == null ? List.of() : live.tokens();
    }
    return of.jti() == null
        ? List.of()
        : sessions.values().stream()
            .flatMap(live -> live.tokens().stream())
            .filter(each -> of.jti().equals(each.jti()))
            .toList();
  }

  private List<Revocation> revocations(SessionFilter of, List<Shown> tokens, long otherwise) {
    if (of.user() != null) {
      return List.of(new Revocation(Revocation.user(of.user()), now(), otherwise));
    }
    if (of.jti() != null) {
      long until = tokens.stream().mapToLong(each -> end(each, otherwise)).max().orElse(otherwise);
      return List.of(new Revocation(Revocation.jti(of.jti()), 0, until));
    }
    return tokens.stream()
        .map(each -> new Revocation(Revocation.token(each), 0, end(each, otherwise)))
        .toList();
  }

  /** When a token is refused for its age. */
  private long end(Shown token, long never) {
    return token.expiresAt().equals(Instant.MAX)
        ? never
        : token.expiresAt().plus(leeway).toEpochMilli();
  }

  // --- what is remembered -----------------------------------------------------------------------

  synchronized void restore(List<Revocation> kept) {
    kept.forEach(each -> revocations.add(each, now()));
  }

  synchronized List<Revocation> revocations() {
    return revocations.inForce(now());
  }

  // --- over several nodes -----------------------------------------------------------------------

  /** The same on all nodes that believe the same tokens no more. */
  synchronized long revocationDigest() {
    return revocations.digest(now());
  }

  /** Some of what is remembered, behind this subject in their order. */
  synchronized List<Revocation> revocationsAfter(String subject, int most) {
    return revocations.page(subject, most);
  }

  /**
   * Believes no more what another node does not, and ends the sessions that have such tokens.
   *
   * @return whether anything was new
   */
  boolean merge(List<Revocation> others) {
    List<Live> ended;
    synchronized (this) {
      List<Revocation> news = revocations.merge(others, now());
      if (news.isEmpty()) {
        return false;
      }
      Set<String> subjects = new HashSet<>();
      news.forEach(each -> subjects.add(each.subject()));
      ended = take(select(sessions.values(), live -> isEndedBy(live, subjects)));
    }
    end(ended, ErrorKind.SESSION_REVOKED, "revoked on another node");
    return true;
  }

  private boolean isEndedBy(Live live, Set<String> subjects) {
    Claims claims = live.session().claims();
    return (subjects.contains(Revocation.user(claims.user())) && isRevoked(claims))
        || live.wasShown(
            token ->
                subjects.contains(Revocation.hash(token.hash()))
                    || (token.jti() != null
                        && (subjects.contains(Revocation.jti(token.jti()))
                            || subjects.contains(Revocation.jtiOf(token.user(), token.jti())))));
  }

  /** Ends those whose place others of the same user have taken on other nodes. */
  void replace(List<String> ids) {
    List<Live> replaced;
    synchronized (this) {
      replaced = take(ids.stream().filter(sessions::containsKey).map(this::live).toList());
    }
    end(replaced, ErrorKind.SESSION_REPLACED, "more than " + most + " sessions of the user");
  }

  /** A directory for those users that this node counts for all. */
  Directory directory() {
    return new Directory(most, onTooMany);
  }

  /** The ids of all users who are on here. */
  synchronized List<String> userIds() {
    return List.copyOf(ofUsers.keySet());
  }

  /** A user's sessions, the oldest first. */
  synchronized List<Session> of(String user) {
    return ofUsers.getOrDefault(user, Set.of()).stream().map(id -> live(id).session()).toList();
  }

  /** Who was told of as being on. */
  synchronized List<String> toldOf() {
    return presence.told();
  }

  /** Others were told that all have gone. */
  synchronized void tellAnew() {
    presence.anew(ofUsers.keySet());
  }

  // --- the parts --------------------------------------------------------------------------------

  private long now() {
    return time.now().toEpochMilli();
  }

  private List<Live> matching(SessionFilter filter) {
    return select(candidates(filter), live -> filter.fits(live.session()));
  }

  /** No more than have to be looked at. */
  private Collection<Live> candidates(SessionFilter filter) {
    if (filter.session() != null) {
      Live live = sessions.get(filter.session());
      return live == null ? List.of() : List.of(live);
    }
    return filter.user() == null
        ? sessions.values()
        : ofUsers.getOrDefault(filter.user(), Set.of()).stream().map(this::live).toList();
  }

  private static List<Live> select(Collection<Live> from, Predicate<Live> which) {
    return from.stream().filter(which).toList();
  }

  private List<Live> takeOldest(Set<String> ids, int count) {
    return take(ids.stream().limit(Math.max(0, count)).map(this::live).toList());
  }

  private List<Live> take(List<Live> which) {
    which.forEach(live -> remove(live.session().id()));
    return which;
  }

  private Live live(String id) {
    Live live = sessions.get(id);
    if (live == null) {
      throw new IllegalStateException("a user's session that is not there");
    }
    return live;
  }

  private void remove(String id) {
    Live gone = sessions.remove(id);
    if (gone != null) {
      String user = gone.session().user();
      Counting known = counting;
      if (known != null) {
        known.released(gone.session());
      }
      ofUsers.computeIfPresent(user, (same, ids) -> ids.remove(id) && ids.isEmpty() ? null : ids);
      if (!ofUsers.containsKey(user)) {
        presence.went(user);
      }
    }
  }

  private Set<String> came(String user) {
    presence.came(user);
    return new LinkedHashSet<>(1);
  }

  private static void end(List<Live> which, ErrorKind kind, String detail) {
    which.forEach(live -> live.handle().end(kind, detail));
  }
}
