package io.drawbridge.auth.token;

import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a node that tokens are verified with, and what was verified with them. One a process;
 * on any thread. Other keys take the place of these at once and all together, and what was found
 * with the old ones is forgotten.
 */
public final class KeyRing {
  /** Verifications of slow algorithms that have begun and not ended, of all event loops. */
  static final int MOST_UNDERWAY = 1_000;

  /** Tokens that wait for the issuer's keys at once, of all event loops. */
  static final int MOST_WAITING = 100;

  /** One set of keys, with what was verified by it: neither outlives the other. */
  record Generation(Keys keys, TokenCache good, TokenCache bad) {
    Generation(Keys keys) {
      this(keys, new TokenCache(), new TokenCache());
    }
  }

  private static final Supplier<Future<Boolean>> NOBODY = () -> Future.succeededFuture(false);

  private final boolean hasIssuer;
  private final Places verifying = new Places(MOST_UNDERWAY);
  private final Places waiting = new Places(MOST_WAITING);
  private final LongAdder verified = new LongAdder();

  // What the generation is made of; only with the lock.
  private Set<Algorithm> allowed;
  private List<VerifyingKey> own;
  private List<VerifyingKey> published = List.of();

  private volatile Generation current;

  /** When the issuer's keys were last fetched; null as long as they never were. */
  private volatile @Nullable Instant publishedAt;

  private volatile boolean stale;

  /** Fetches the issuer's keys anew; there is none until somebody offers to. */
  private volatile Supplier<Future<Boolean>> more = NOBODY;

  private KeyRing(AuthSettings settings, List<VerifyingKey> own) {
    this.hasIssuer = settings.hasIssuerKeys();
    this.allowed = OwnKeys.allowed(settings);
    this.own = own;
    this.current = new Generation(new Keys(allowed, own));
  }

  /** With the secret alone: no files are read. */
  public static KeyRing of(AuthSettings settings, @Nullable Secret secret) {
    return new KeyRing(settings, OwnKeys.secrets(settings, secret));
  }

  /**
   * With the secret and the key files of the settings. Blocks.
   *
   * @param secret null where keys come from files or an issuer alone
   * @throws IOException with the setting's path, where a file holds no key for its algorithm
   */
  public static KeyRing read(AuthSettings settings, @Nullable Secret secret) throws IOException {
    return new KeyRing(settings, OwnKeys.read(settings, secret));
  }

  /**
   * Reads the files again, for the secret, files and algorithms of these settings; the issuer's
   * keys stay. Blocks.
   *
   * @return puts what was read in force, without blocking; true where that changed the keys
   * @throws IOException as {@link #read}
   */
  public BooleanSupplier prepare(AuthSettings settings, @Nullable Secret secret)
      throws IOException {
    List<VerifyingKey> fresh = OwnKeys.read(settings, secret);
    Set<Algorithm> fit = OwnKeys.allowed(settings);
    return () -> take(fit, fresh);
  }

  private synchronized boolean take(Set<Algorithm> fit, List<VerifyingKey> fresh) {
    allowed = fit;
    own = fresh;
    return turn();
  }

  /** What the issuer publishes now. */
  synchronized void publish(List<VerifyingKey> keys, Instant now) {
    published = List.copyOf(keys);
    publishedAt = now;
    stale = false;
    turn();
  }

  /** The issuer can't be asked; the last keys stay. */
  void missed() {
    stale = true;
  }

  /** Whether the keys are others now. */
  private synchronized boolean turn() {
    Keys fresh = new Keys(allowed, Stream.concat(own.stream(), published.stream()).toList());
    if (fresh.isSameAs(current.keys())) {
      return false;
    }
    current = new Generation(fresh);
    return true;
  }

  Generation current() {
    return current;
  }

  // --- the issuer -------------------------------------------------------------------------------

  void offer(Supplier<Future<Boolean>> fetch) {
    more = fetch;
  }

  void offerNoMore() {
    more = NOBODY;
  }

  /**
   * Asks the issuer for more keys, unless it was asked a short while ago. Ends soon in any case.
   *
   * @return whether a token can be judged by what it published: false where it could not be asked,
   *     or did not answer
   */
  Future<Boolean> more() {
    return more.get();
  }

  /** Whether an issuer's keys are wanted at all. */
  public boolean hasIssuer() {
    return hasIssuer;
  }

  /** Whether all keys are there that the settings name; an issuer's, if only once. */
  public boolean isComplete() {
    return !hasIssuer || publishedAt != null;
  }

  /** Whether the issuer could not be asked lately, so that its last keys are used. */
  public boolean isStale() {
    return stale;
  }

  /** When the issuer's keys were last fetched; null as long as they never were. */
  public @Nullable Instant publishedAt() {
    return publishedAt;
  }

  int publishedKeys() {
    return published.size();
  }

  // --- how much is verified ---------------------------------------------------------------------

  /** Of slow verifications. */
  Places verifying() {
    return verifying;
  }

  /** Of tokens that wait for the issuer's keys. */
  Places waiting() {
    return waiting;
  }

  void count() {
    verified.increment();
  }

  /** Tokens whose signature was really checked, and not found in the cache. */
  public long verified() {
    return verified.sum();
  }
}
