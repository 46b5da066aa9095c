package io.drawbridge.auth.token;

import io.drawbridge.auth.token.ClaimsCheck.Ids;
import io.drawbridge.auth.token.ClaimsCheck.Judged;
import io.drawbridge.auth.token.KeyRing.Generation;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens (RFC 7519) by RFC 8725: the algorithm must be an allowed one before
 * anything else is looked at, then the signature, then issuer and audience, then the times, then
 * who it is.
 *
 * <p>A token of an HS algorithm is answered at once; those of others are verified by a worker, and
 * once, however often they come meanwhile. What was found is kept for as long as the keys are the
 * same. One an event loop; {@link KeyRing} is what they share.
 */
public final class TokenVerifier {
  /** The claim that says whose token it is: a non-empty string or an integer. */
  public static final String USER = "user_id";

  static final int LONGEST_TOKEN = 8 * 1024;
  private static final int FINGERPRINT_BYTES = 6;

  /** How long a bad signature is remembered where it costs much to find out. */
  private static final Duration BAD_FOR = Duration.ofSeconds(10);

  private final KeyRing ring;
  private final ClaimsCheck claims;
  private final InstantSource clock;
  private final Context context;
  private final WorkerExecutor workers;

  /** By the token's hash. Bounded by the {@link Places} of the ring. */
  private final Map<String, Future<TokenVerdict>> underway = new ConcurrentHashMap<>();

  /** To be made on the event loop that it works for. */
  public TokenVerifier(Vertx vertx, AuthSettings settings, KeyRing ring, InstantSource clock) {
    this.ring = ring;
    this.claims = new ClaimsCheck(settings);
    this.clock = clock;
    this.context = vertx.getOrCreateContext();
    this.workers =
        vertx.createSharedWorkerExecutor(
            "drawbridge-tokens", Runtime.getRuntime().availableProcessors());
  }

  /** With this secret as the only key. */
  public TokenVerifier(Vertx vertx, AuthSettings settings, Secret secret, InstantSource clock) {
    this(vertx, settings, KeyRing.of(settings, secret), clock);
  }

  /** A token on its way: its hash, which stands for it, and its length. */
  private record Shown(String hash, int length) {}

  /** Never fails: a token that breaks a check is an invalid one. */
  public Future<TokenVerdict> verify(String token) {
    if (token.length() > LONGEST_TOKEN) {
      String why = "longer than " + LONGEST_TOKEN + " characters";
      return Future.succeededFuture(told(new TokenVerdict.Invalid(why), hash(token)));
    }
    Shown shown = new Shown(hash(token), token.length());
    Future<TokenVerdict> before = known(shown.hash);
    return before == null ? unknown(token, shown) : before;
  }

  private @Nullable Future<TokenVerdict> known(String hash) {
    // Asked first: a verdict is kept before it is no longer underway.
    Future<TokenVerdict> awaited = underway.get(hash);
    if (awaited != null) {
      return awaited;
    }
    Instant now = clock.instant();
    Generation keys = ring.current();
    Judged found = keys.good().find(hash, now);
    if (found == null) {
      found = keys.bad().find(hash, now);
    }
    return found == null ? null : Future.succeededFuture(told(claims.again(found, now), hash));
  }

  private Future<TokenVerdict> unknown(String token, Shown shown) {
    Jws jws;
    try {
      jws = Jws.parse(token, ring.current().keys().allowed());
    } catch (BadToken bad) {
      return Future.succeededFuture(told(new TokenVerdict.Invalid(bad.why()), shown.hash));
    }
    return jws.algorithm().isQuick()
        ? Future.succeededFuture(told(judge(jws, shown, true), shown.hash))
        : slowly(jws, shown);
  }

  // --- what takes long --------------------------------------------------------------------------

  private Future<TokenVerdict> slowly(Jws jws, Shown shown) {
    Promise<TokenVerdict> promise = Promise.promise();
    underway.put(shown.hash, promise.future());
    judgeByKeys(jws, shown)
        .otherwise(cause -> new TokenVerdict.Undecided("the verification broke off"))
        .onSuccess(
            verdict -> {
              underway.remove(shown.hash);
              promise.complete(told(verdict, shown.hash));
            });
    return promise.future();
  }

  /** A key that is not known may be a new one of the issuer's. */
  private Future<TokenVerdict> judgeByKeys(Jws jws, Shown shown) {
    String id = jws.keyId();
    if (!ring.hasIssuer() || (id != null && ring.current().keys().knows(id))) {
      return judgeOnWorker(jws, shown, true);
    }
    if (id != null || !ring.isComplete()) {
      return moreKeys().compose(asked -> judgeOnWorker(jws, shown, asked));
    }
    // Names none: may be signed with one that the issuer has only just published.
    Generation before = ring.current();
    return judgeOnWorker(jws, shown, false)
        .compose(
            verdict ->
                verdict instanceof TokenVerdict.Undecided
                    ? moreKeys().compose(asked -> judgeAgain(jws, shown, before, asked, verdict))
                    : Future.succeededFuture(verdict));
  }

  private Future<TokenVerdict> judgeAgain(
      Jws jws, Shown shown, Generation before, boolean asked, TokenVerdict verdict) {
    return asked || !ring.current().equals(before)
        ? judgeOnWorker(jws, shown, asked)
        : Future.succeededFuture(verdict);
  }

  /** Whether the issuer's keys are known as of now. Ends on this event loop. */
  private Future<Boolean> moreKeys() {
    if (!ring.waiting().enter()) {
      return Future.succeededFuture(false);
    }
    Promise<Boolean> here = Promise.promise();
    ring.more()
        .onComplete(
            asked -> {
              ring.waiting().leave();
              context.runOnContext(turn -> here.complete(asked.succeeded() && asked.result()));
            });
    return here.future();
  }

  private Future<TokenVerdict> judgeOnWorker(Jws jws, Shown shown, boolean isComplete) {
    if (!ring.verifying().enter()) {
      return Future.succeededFuture(new TokenVerdict.Undecided("too many tokens to verify"));
    }
    return workers
        .executeBlocking(() -> judge(jws, shown, isComplete), false)
        .onComplete(done -> ring.verifying().leave());
  }

  // --- the verdict ------------------------------------------------------------------------------

  /**
   * @param isComplete whether a key that is not there does not exist
   */
  private TokenVerdict judge(Jws jws, Shown shown, boolean isComplete) {
    Generation keys = ring.current();
    try {
      List<VerifyingKey> candidates = keys.keys().candidates(jws.algorithm(), jws.keyId());
      if (!isSigned(jws, candidates)) {
        if (!isComplete) {
          // Not kept: the key may come.
          return new TokenVerdict.Undecided("the issuer's keys are not there yet");
        }
        throw new BadToken(candidates.isEmpty() ? "no key" : "signature");
      }
      Judged judged = claims.judge(jws.payload(), ids(jws, shown), clock.instant());
      if (judged.verdict() instanceof TokenVerdict.Valid) {
        keys.good().keep(shown.hash, judged, shown.length, Instant.MAX);
      } else if (judged.verdict() instanceof TokenVerdict.Expired) {
        keepBad(jws, shown, keys, judged);
      }
      return judged.verdict();
    } catch (BadToken bad) {
      Judged judged = new Judged(new TokenVerdict.Invalid(bad.why()), Instant.MIN);
      keepBad(jws, shown, keys, judged);
      return judged.verdict();
    } catch (RuntimeException e) {
      return new TokenVerdict.Invalid("a check broke off");
    }
  }

  private boolean isSigned(Jws jws, List<VerifyingKey> candidates) {
    if (candidates.isEmpty()) {
      return false;
    }
    ring.count();
    return candidates.stream().anyMatch(key -> isSigned(jws, key));
  }

  private static boolean isSigned(Jws jws, VerifyingKey key) {
    return jws.algorithm().verifies(key.key(), jws.content(), jws.signature());
  }

  /** A storm of one bad token costs little; what is quick to find out is not worth keeping. */
  private void keepBad(Jws jws, Shown shown, Generation keys, Judged judged) {
    if (!jws.algorithm().isQuick()) {
      keys.bad().keep(shown.hash, judged, shown.length, clock.instant().plus(BAD_FOR));
    }
  }

  // --- which token it is ------------------------------------------------------------------------

  /** For the log: tells one token from another without telling the token. */
  private static TokenVerdict told(TokenVerdict verdict, String hash) {
    if (verdict instanceof TokenVerdict.Invalid invalid) {
      return new TokenVerdict.Invalid(invalid.why() + ", token " + fingerprint(hash));
    }
    if (verdict instanceof TokenVerdict.Expired expired) {
      return new TokenVerdict.Expired(expired.why() + ", token " + fingerprint(hash));
    }
    if (verdict instanceof TokenVerdict.Undecided undecided) {
      return new TokenVerdict.Undecided(undecided.why() + ", token " + fingerprint(hash));
    }
    return verdict;
  }

  private static String fingerprint(String hash) {
    byte[] bytes = hash.getBytes(StandardCharsets.ISO_8859_1);
    return HexFormat.of().formatHex(bytes, 0, FINGERPRINT_BYTES);
  }

  private static Ids ids(Jws jws, Shown shown) {
    return new Ids(Sha256.hex(jws.content()), fingerprint(shown.hash));
  }

  /** SHA-256 as 32 characters, each a byte: a small key for a map. */
  private static String hash(String token) {
    byte[] text = token.getBytes(StandardCharsets.UTF_8);
    return new String(Sha256.of(text), StandardCharsets.ISO_8859_1);
  }
}
