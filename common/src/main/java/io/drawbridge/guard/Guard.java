package io.drawbridge.guard;

import io.drawbridge.config.Settings;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The edge's side of the guard: takes error events, lends permits and knows who is banned, without
 * ever making the caller wait for the event bus. One for each edge and event loop; to be used on
 * that event loop.
 */
public final class Guard {
  private static final Duration SUMMARY_EVERY = Duration.ofSeconds(1);

  /** The most events kept in memory for a guard that does not answer. */
  private static final int MOST_EVENTS = 10_000;

  private static final long LONGEST_ADVICE_MILLIS = Duration.ofDays(1).toMillis();

  private final Vertx vertx;
  private final Node node;
  private final Edge edge;
  private final Time time;
  private final ErrorIds ids = new ErrorIds();
  private final Sampler sampler;
  private final Outbox outbox;
  private final Leases leases;
  private final BanTable bans = new BanTable(BanRegistry.MOST_BANS);
  private final BanFeed banFeed;
  private final Map<ErrorKind, Counter> counters = new EnumMap<>(ErrorKind.class);
  private final long summaries;

  public Guard(Vertx vertx, Node node, Edge edge, Settings settings) {
    this.vertx = vertx;
    this.node = node;
    this.edge = edge;
    this.time = node.time();
    this.sampler = node.errors().sampler(edge, settings.guard().perPeerPerMinute());
    Spool spool = node.errors().spool(settings.data(), node.name());
    this.outbox = new Outbox(vertx, MOST_EVENTS, spool, time);
    outbox.start();
    this.leases = new Leases(vertx, node.name() + '/' + UUID.randomUUID(), edge, node);
    this.banFeed = new BanFeed(vertx, node, bans);
    for (ErrorKind kind : ErrorKind.values()) {
      counters.put(
          kind,
          Counter.builder("drawbridge.errors")
              .description("What was refused or went wrong, sampled out of the log or not")
              .tag("kind", kind.name())
              .tag("edge", edge.name())
              .register(node.meters()));
    }
    this.summaries = vertx.setPeriodic(SUMMARY_EVERY.toMillis(), tick -> tick());
  }

  /**
   * Reports an error, to be logged by the guard.
   *
   * @param detail what exactly was wrong, in our words; never a token or a message body
   * @param closeCode the code of the Close frame that goes with it; 0 for none
   * @return the id by which the peer may name it
   */
  public String report(ErrorKind kind, Peer peer, @Nullable String detail, int closeCode) {
    String id = ids.next(time.now());
    Objects.requireNonNull(counters.get(kind)).increment();
    long now = time.nanos();
    if (sampler.admits(kind.name(), peer.address(), now)
        && !outbox.add(event(id, kind.name(), peer, detail, closeCode, 0))) {
      sampler.left(new Sampler.Subject(kind.name(), peer.address()), 1, now);
    }
    return id;
  }

  /** Puts other limits in force, for the leases that are made from now on. */
  public void limits(Edge now) {
    leases.limits(now);
  }

  /** Permits for a key; to be given back with {@link #close(Lease)}. */
  public Lease lease(String key) {
    return leases.open(key);
  }

  public void close(Lease lease) {
    leases.close(lease);
  }

  /**
   * How much longer this peer's address or user is banned; zero when neither is. At most a day, as
   * far as advice to come back reaches.
   */
  public Duration bannedFor(Peer peer) {
    long left = bans.left(peer, time.now().toEpochMilli());
    return left == 0 ? Duration.ZERO : Duration.ofMillis(Math.min(left, LONGEST_ADVICE_MILLIS));
  }

  /** Another one each time that somebody may be banned who was not before. */
  public int banVersion() {
    return bans.version();
  }

  /** Completes when the bans are known, or after 0.5 s without an answer; never fails. */
  public Future<Void> bansAsked() {
    return banFeed.asked();
  }

  /**
   * Completes when everything reported is in the log, or, if that takes longer than {@code within},
   * in the spool; the guard takes no more after it.
   */
  public Future<Void> close(Duration within) {
    vertx.cancelTimer(summaries);
    return outbox
        .close(sampler.endAll().stream().map(this::summary).toList(), within)
        .eventually(banFeed::close);
  }

  private void tick() {
    for (Sampler.Suppressed window : sampler.ended(time.nanos())) {
      if (!outbox.add(summary(window))) {
        sampler.left(window.subject(), window.count(), time.nanos());
      }
    }
    outbox.tick();
  }

  private ErrorEvent summary(Sampler.Suppressed window) {
    return event(
        ids.next(time.now()),
        window.subject().kind(),
        Peer.of(window.subject().peer()),
        "more of the same, left out",
        0,
        window.count());
  }

  private ErrorEvent event(
      String id, String kind, Peer peer, @Nullable String detail, int closeCode, long suppressed) {
    return new ErrorEvent(
        id,
        time.now(),
        kind,
        edge.name(),
        node.name(),
        peer.address(),
        peer.user(),
        peer.session(),
        detail,
        closeCode,
        suppressed);
  }
}
