package io.drawbridge.auth.session;

import static io.drawbridge.guard.ErrorKind.CONNECTION_LIMIT;
import static io.drawbridge.guard.ErrorKind.INVALID_TOKEN;
import static io.drawbridge.guard.ErrorKind.SESSION_REPLACED;
import static io.drawbridge.guard.ErrorKind.SESSION_REVOKED;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.token.Claims;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.ManualTime;
import io.drawbridge.guard.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SessionRegistryTest {
  private static final SessionFilter ALL = new SessionFilter(null, null, null);
  private static final int MOST_REVOCATIONS = 3;

  private final ManualTime time = new ManualTime();
  private final Node node = Given.node(time);
  private final List<String> ended = new ArrayList<>();
  private SessionRegistry registry = registry("");

  private SessionRegistry registry(String auth) {
    return new SessionRegistry(Given.settings(auth), node, MOST_REVOCATIONS);
  }

  private Session session(String id, Claims claims) {
    return new Session(id, claims, node.name(), "192.0.2.7", time.now());
  }

  private SessionVerdict open(String id, Claims claims) {
    return registry.open(
        session(id, claims), (kind, detail) -> ended.add(id + ' ' + kind + ' ' + detail));
  }

  private SessionVerdict open(String id, String user) {
    return open(id, token(user));
  }

  private Claims token(String user) {
    return token(user, null);
  }

  private Claims token(String user, @Nullable String jti) {
    return Given.claims(time, user, jti);
  }

  private static SessionFilter ofUser(String user) {
    return new SessionFilter(user, null, null);
  }

  private static SessionFilter ofSession(String id) {
    return new SessionFilter(null, id, null);
  }

  private static SessionFilter ofJti(String jti) {
    return new SessionFilter(null, null, jti);
  }

  private List<String> ids(SessionFilter filter) {
    return registry.list(filter, 0, 1_000).sessions().stream().map(Session::id).toList();
  }

  private static void assertRefused(SessionVerdict verdict, ErrorKind kind, String why) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            SessionVerdict.Refused.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(kind);
              assertThat(refused.why()).matches(why);
            });
  }

  private static void assertRevoked(SessionVerdict verdict) {
    assertRefused(verdict, INVALID_TOKEN, "revoked, token [0-9a-f]{12}");
  }

  // --- open and close ---------------------------------------------------------------------------

  @Test
  void knowsWhoIsOpen() {
    Session session = session("a", token("42"));
    assertThat(registry.open(session, (kind, detail) -> {}))
        .isEqualTo(new SessionVerdict.Opened(session));
    open("b", "43");
    open("c", "42");

    assertThat(ids(ALL)).containsExactly("a", "b", "c");
    assertThat(ids(ofUser("42"))).containsExactly("a", "c");
    assertThat(node.meters().get("drawbridge.sessions").gauge().value()).isEqualTo(3);
  }

  @Test
  void forgetsWhoIsClosed() {
    open("a", "42");
    open("b", "42");
    registry.close("a");
    registry.close("a");

    assertThat(ids(ofUser("42"))).containsExactly("b");
    registry.close("b");
    assertThat(registry.size()).isZero();
    assertThat(ended).isEmpty();
  }

  @Test
  void listsInPages() {
    IntStream.range(0, 10).forEach(i -> open("s" + i, "u" + i));

    SessionRegistry.Page page = registry.list(ALL, 8, 5);

    assertThat(page.sessions()).extracting(Session::id).containsExactly("s8", "s9");
    assertThat(page.total()).isEqualTo(10);
    assertThat(registry.list(ALL, 10, 5).sessions()).isEmpty();
  }

  @Test
  void findsThoseThatFitEverythingAskedFor() {
    open("a", token("42", "x"));
    open("b", token("42", "y"));
    open("c", token("43", "x"));

    assertThat(ids(ofJti("x"))).containsExactly("a", "c");
    assertThat(ids(new SessionFilter("42", null, "x"))).containsExactly("a");
    assertThat(ids(new SessionFilter("42", "c", null))).isEmpty();
    assertThat(ids(ofSession("c"))).containsExactly("c");
    assertThat(ids(ofUser("44"))).isEmpty();
  }

  // --- at most so many a user -------------------------------------------------------------------

  @Test
  void replacesTheOldest() {
    registry = registry("sessionsPerUser: 2");
    open("a", "42");
    open("b", "42");
    open("other", "43");

    assertThat(open("c", "42")).isInstanceOf(SessionVerdict.Opened.class);

    assertThat(ids(ofUser("42"))).containsExactly("b", "c");
    assertThat(ids(ofUser("43"))).containsExactly("other");
    assertThat(ended).containsExactly("a SESSION_REPLACED more than 2 sessions of the user");
    registry.close("a");
    assertThat(ids(ofUser("42"))).containsExactly("b", "c");
  }

  @Test
  void refusesTheNewestWhereItIsToldTo() {
    registry = registry("sessionsPerUser: 2, onTooManySessions: refuse");
    open("a", "42");
    open("b", "42");

    assertRefused(open("c", "42"), CONNECTION_LIMIT, "the user has 2 sessions");

    assertThat(ids(ALL)).containsExactly("a", "b");
    assertThat(ended).isEmpty();
    registry.close("a");
    assertThat(open("c", "42")).isInstanceOf(SessionVerdict.Opened.class);
  }

  @Test
  void letsAUserHaveAnyNumberWhereThatIsUnlimited() {
    registry = registry("sessionsPerUser: unlimited");
    IntStream.range(0, 1_000).forEach(i -> open("s" + i, "42"));

    assertThat(registry.size()).isEqualTo(1_000);
    assertThat(ended).isEmpty();
  }

  @Test
  void countsRightWhateverEventLoopsDoAtOnce() throws Exception {
    registry = registry("sessionsPerUser: 5");
    AtomicInteger replaced = new AtomicInteger();
    List<Thread> loops = new ArrayList<>();
    for (int loop = 0; loop < 4; loop++) {
      String name = "loop" + loop + '-';
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  registry.open(
                      session(name + i, token("42")),
                      (kind, detail) -> {
                        assertThat(kind).isEqualTo(SESSION_REPLACED);
                        replaced.incrementAndGet();
                      });
                }
              });
      thread.start();
      loops.add(thread);
    }
    for (Thread thread : loops) {
      thread.join();
    }

    assertThat(registry.size()).isEqualTo(5);
    assertThat(replaced.get()).isEqualTo(4 * 2_000 - 5);
  }

  // --- refresh ----------------------------------------------------------------------------------

  @Test
  void goesOnWithAnotherTokenOfItsUser() {
    open("a", "42");
    open("b", "42");
    time.advance(Duration.ofSeconds(1));
    Claims fresh = token("42", "fresh");

    assertThat(registry.refresh("a", fresh))
        .isInstanceOfSatisfying(
            SessionVerdict.Opened.class,
            opened -> {
              assertThat(opened.session().id()).isEqualTo("a");
              assertThat(opened.session().claims()).isEqualTo(fresh);
            });
    assertThat(ids(ofJti("fresh"))).containsExactly("a");
    assertThat(ids(ALL)).containsExactly("a", "b");
  }

  @Test
  void doesNotGoOnAsAnotherUser() {
    open("a", "42");

    assertRefused(
        registry.refresh("a", token("43")), INVALID_TOKEN, "of another user, token [0-9a-f]{12}");

    assertThat(ids(ofUser("42"))).containsExactly("a");
    assertThat(ids(ofUser("43"))).isEmpty();
  }

  @Test
  void doesNotGoOnWithARevokedToken() {
    open("a", "42");
    registry.revoke(ofJti("bad"), null, "");

    assertRevoked(registry.refresh("a", token("42", "bad")));
  }

  @Test
  void doesNotGoOnAfterItWasEnded() {
    open("a", "42");
    registry.kick(ofSession("a"), "");

    assertRefused(registry.refresh("a", token("42")), SESSION_REVOKED, "ended meanwhile");

    assertThat(registry.size()).isZero();
  }

  // --- kick and revoke --------------------------------------------------------------------------

  @Test
  void kicksThoseThatFitAndLetsThemComeBack() {
    Claims token = token("42");
    open("a", token);
    open("b", "43");

    assertThat(registry.kick(ofUser("42"), ": spam")).isEqualTo(1);

    assertThat(ended).containsExactly("a SESSION_REVOKED kicked: spam");
    assertThat(ids(ALL)).containsExactly("b");
    assertThat(open("a2", token)).isInstanceOf(SessionVerdict.Opened.class);
    assertThat(registry.kick(ofSession("a"), "")).isZero();
  }

  @Test
  void revokesTheTokenOfASessionWhereverItIsUsed() {
    Claims token = token("42", "x");
    open("a", token);
    open("b", token);
    open("c", token("42", "y"));

    assertThat(ended(registry.revoke(ofSession("b"), null, ""))).isEqualTo(2);

    assertThat(ended).containsExactly("a SESSION_REVOKED revoked", "b SESSION_REVOKED revoked");
    assertRevoked(open("d", token));
    assertThat(registry.isRevoked(token)).isTrue();
    assertThat(ids(ALL)).containsExactly("c");
  }

  @Test
  void revokesATokenWithoutAnId() {
    Claims token = token("42");
    open("a", token);
    time.advance(Duration.ofSeconds(1));
    Claims later = token("42");
    open("b", later);

    assertThat(ended(registry.revoke(ofSession("a"), null, ""))).isEqualTo(1);

    assertRevoked(open("c", token));
    assertThat(open("d", later)).isInstanceOf(SessionVerdict.Opened.class);
  }

  @Test
  void revokesNothingByASessionThatIsNotThere() {
    assertThat(ended(registry.revoke(ofSession("a"), null, ""))).isEqualTo(0);
    assertThat(registry.revocations()).isEmpty();
  }

  @Test
  void revokesAllThatAUserHas() {
    Claims before = token("42");
    Claims ageless = Given.claims("42", null, null, Instant.MAX);
    open("a", before);
    open("b", ageless);
    open("c", Given.claims("42", null, time.now().plusSeconds(1), Instant.MAX));
    open("d", "43");

    assertThat(ended(registry.revoke(ofUser("42"), null, ""))).isEqualTo(3);

    assertThat(ids(ALL)).containsExactly("d");
    assertRevoked(open("e", before));
    assertRevoked(open("f", ageless));
    time.advance(Duration.ofMillis(1));
    assertThat(open("g", "42")).isInstanceOf(SessionVerdict.Opened.class);
  }

  @Test
  void revokesATokenThatWasNeverSeen() {
    assertThat(ended(registry.revoke(ofJti("x"), null, ""))).isEqualTo(0);

    assertRevoked(open("a", token("42", "x")));
    assertThat(open("b", token("42", "y"))).isInstanceOf(SessionVerdict.Opened.class);
  }

  @Test
  void remembersUntilTheTokenIsRefusedForItsAge() {
    registry = registry("leeway: 5s");
    open("a", token("42", "x"));
    registry.revoke(ofSession("a"), Duration.ofMillis(1), "");
    long end = time.now().plus(Given.LIFE).plusSeconds(5).toEpochMilli();

    assertThat(registry.revocations())
        .containsExactly(new Revocation(Revocation.jtiOf("42", "x"), 0, end));
    time.advance(Given.LIFE.plusSeconds(5));
    assertThat(registry.revocations()).isEmpty();
  }

  @Test
  void remembersAsLongAsTheSettingsSayWhereNobodyKnowsTheEndUnlessToldOtherwise() {
    registry = registry("revokedFor: 7d");
    registry.revoke(ofJti("x"), null, "");
    registry.revoke(ofUser("42"), Duration.ofSeconds(1), "");
    open("a", Given.claims("43", "y", null, Instant.MAX));
    registry.revoke(ofSession("a"), null, "");
    long now = time.now().toEpochMilli();

    assertThat(registry.revocations())
        .containsExactlyInAnyOrder(
            new Revocation(Revocation.jti("x"), 0, now + Duration.ofDays(7).toMillis()),
            new Revocation(Revocation.user("42"), now, now + 1_000),
            new Revocation(Revocation.jtiOf("43", "y"), 0, now + Duration.ofDays(7).toMillis()));
    assertThat(registry.isRevoked(token("44", "x"))).isTrue();
    time.advance(Duration.ofDays(7));
    assertThat(registry.isRevoked(token("44", "x"))).isFalse();
  }

  @Test
  void revokesTheTokensThatASessionHadBefore() {
    Claims first = token("42", "c1");
    Claims nameless = Given.claims("42", null, null, Instant.MAX);
    open("a", first);
    registry.refresh("a", nameless);
    registry.refresh("a", token("42", "c3"));
    open("other", token("43", "c1"));

    assertThat(ended(registry.revoke(ofSession("a"), null, ""))).isEqualTo(1);

    assertRevoked(open("b", first));
    assertRevoked(open("c", nameless));
    assertRevoked(open("d", token("42", "c3")));
    assertThat(ids(ALL)).containsExactly("other");
  }

  @Test
  void endsTheSessionsThatWereOpenedWithARevokedToken() {
    open("a", token("42", "c1"));
    registry.refresh("a", token("42", "c2"));

    assertThat(ended(registry.revoke(ofJti("c1"), null, ""))).isEqualTo(1);

    assertThat(ended).containsExactly("a SESSION_REVOKED revoked");
    assertThat(registry.revocations())
        .containsExactly(
            new Revocation(Revocation.jti("c1"), 0, time.now().plus(Given.LIFE).toEpochMilli()));
  }

  @Test
  void remembersTheLastTokensOfASessionAlone() {
    registry = new SessionRegistry(Given.settings(""), node, 100);
    open("a", token("42", "c0"));
    for (int i = 1; i <= SessionRegistry.MOST_TOKENS; i++) {
      registry.refresh("a", token("42", "c" + i));
    }
    registry.revoke(ofSession("a"), null, "");

    assertThat(registry.revocations()).hasSize(SessionRegistry.MOST_TOKENS);
    assertThat(open("b", token("42", "c0"))).isInstanceOf(SessionVerdict.Opened.class);
    assertRevoked(open("c", token("42", "c1")));
  }

  @Test
  void forgetsTheTokensOfASessionThatHaveExpired() {
    open("a", token("42", "c0"));
    time.advance(Given.LIFE);
    registry.refresh("a", token("42", "c1"));
    registry.revoke(ofSession("a"), null, "");

    assertThat(registry.revocations()).hasSize(1);
  }

  @Test
  @DisplayName("two users' tokens with the same jti are two tokens")
  void revokesTheTokenOfASessionOfOneUserAlone() {
    Claims other = token("43", "x");
    open("a", token("42", "x"));
    open("b", other);

    assertThat(ended(registry.revoke(ofSession("a"), null, ""))).isEqualTo(1);

    assertThat(ids(ALL)).containsExactly("b");
    assertThat(registry.isRevoked(other)).isFalse();
    assertThat(registry.isRevoked(token("42", "x"))).isTrue();
  }

  @Test
  void countsWhatIsRevoked() {
    registry.revoke(ofJti("x"), null, "");
    registry.revoke(ofUser("42"), null, "");

    assertThat(node.meters().get("drawbridge.revocations").gauge().value()).isEqualTo(2);
  }

  @Test
  void doesNothingWhenNoMoreCanBeRemembered() {
    IntStream.range(0, MOST_REVOCATIONS).forEach(i -> registry.revoke(ofJti("j" + i), null, ""));
    open("a", "42");

    assertThat(registry.revoke(ofUser("42"), null, "")).isNull();

    assertThat(ended).isEmpty();
    assertThat(ids(ALL)).containsExactly("a");
    assertThat(registry.revocations()).hasSize(MOST_REVOCATIONS);
  }

  @Test
  void remembersWhatWasKept() {
    registry.revoke(ofUser("42"), null, "");
    Claims token = token("42");
    List<Revocation> kept = registry.revocations();

    registry = registry("");
    registry.restore(kept);

    assertRevoked(open("a", token));
  }

  @Test
  void letsASessionGoOnFromAnotherAddressWithAnotherToken() {
    open("a", "42");
    Claims other = token("42", "other");

    assertThat(registry.resume("a", other, "192.0.2.8"))
        .isEqualTo(new SessionVerdict.Opened(session("a", other).at("192.0.2.8")));
    assertThat(registry.list(ofUser("42"), 0, 1).sessions())
        .containsExactly(session("a", other).at("192.0.2.8"));
    assertThat(registry.kick(ofSession("a"), "")).isEqualTo(1);
    assertThat(ended).containsExactly("a SESSION_REVOKED kicked");
  }

  @Test
  void letsNoSessionGoOnThatHasEndedOrIsAnothers() {
    open("a", "42");

    assertRefused(
        registry.resume("a", token("7"), "192.0.2.8"),
        ErrorKind.INVALID_TOKEN,
        "of another user, token [0-9a-f]{12}");
    registry.close("a");
    assertRefused(
        registry.resume("a", token("42"), "192.0.2.8"),
        ErrorKind.SESSION_REVOKED,
        "ended meanwhile");
  }

  @Test
  void endsASessionByTheHandleThatItHasNow() {
    open("a", "42");

    assertThat(registry.hand("a", (kind, detail) -> ended.add("by the other"))).isTrue();
    registry.kick(ofSession("a"), "");

    assertThat(ended).containsExactly("by the other");
    assertThat(registry.hand("a", (kind, detail) -> {})).isFalse();
  }

  /** How many sessions were ended; -1 where nothing was done. */
  private static int ended(SessionRegistry.@Nullable Revoked revoked) {
    return revoked == null ? -1 : revoked.ended();
  }
}
