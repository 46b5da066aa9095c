package io.drawbridge.guard;

import io.drawbridge.config.FirewallSettings;
import io.drawbridge.config.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The guard's side of bans: counts strikes, answers who asks for bans, tells all edges, and keeps
 * the book in the data folder. To be used on the guard's event loop.
 *
 * <p>A ban is in force as soon as it is published. A request for one is answered once it is in the
 * file, too, or could not be written, which the process log tells.
 */
final class BanRegistry {
  /** The most bans that there are; an edge's table must hold as many. */
  static final int MOST_BANS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(BanRegistry.class);
  private static final int MOST_SUBJECTS = 20_000;

  /** How long an event may take from its edge, and by how much their clocks may differ. */
  private static final Duration ON_ITS_WAY = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Time time;
  private final FirewallSettings settings;
  private final Networks trusted;

  /**
   * Whether what sampling left out can lead to a ban at all. Where the full lines of a minute are
   * enough for one, it only comes late: to who is banned, or has been pardoned meanwhile.
   */
  private final boolean summariesCount;

  private final Strikes strikes;
  private final BanBook book;
  private final BanFile file;
  private final Keeper keeper;
  private final MeterRegistry meters;
  private final AtomicInteger inForce = new AtomicInteger();
  private final Gauge gauge;

  BanRegistry(Vertx vertx, Settings settings, Node node) {
    this.vertx = vertx;
    this.time = node.time();
    this.settings = settings.firewall();
    this.trusted = new Networks(settings.proxy().trusted());
    this.summariesCount = settings.guard().perPeerPerMinute() < settings.firewall().strikes();
    this.strikes = new Strikes(this.settings.strikes(), this.settings.window(), MOST_SUBJECTS);
    this.book = new BanBook(this.settings.banFor(), this.settings.banMax(), MOST_BANS);
    this.file = new BanFile(settings.data());
    this.keeper = new Keeper(vertx, "bans", this::toWrite);
    this.meters = node.meters();
    this.gauge =
        Gauge.builder("drawbridge.bans", inForce, AtomicInteger::get)
            .description("Bans in force, as this guard knows them")
            .strongReference(true)
            .register(meters);
  }

  /** Completes when what was kept is in force and requests are answered. */
  Future<?> start() {
    return vertx
        .executeBlocking(file::load)
        .onSuccess(state -> book.restore(state, now()))
        .compose(
            restored ->
                vertx.eventBus().<Object>consumer(GuardBus.BANS, this::onRequest).completion());
  }

  /** Completes when all is in the file. */
  Future<?> stop() {
    meters.remove(gauge);
    return keeper.close();
  }

  private Keeper.Write toWrite() {
    BanBook.State state = book.state(now());
    return () -> file.save(state);
  }

  private long now() {
    return time.now().toEpochMilli();
  }

  // --- strikes ----------------------------------------------------------------------------------

  /**
   * Counts those of these events that are strikes; each must be told once. What an edge had to keep
   * until it was older than the window counts no more: handed over all at once, a day's faults
   * would look like those of one moment. A trusted proxy collects none: what it brings is not its
   * own doing.
   */
  void count(List<ErrorEvent> events) {
    Instant oldest = time.now().minus(settings.window()).minus(ON_ITS_WAY);
    for (ErrorEvent event : events) {
      if (isStrike(event) && event.at().isAfter(oldest)) {
        BanSubject.ip(event.peer())
            .filter(address -> !trusted.contains(address.name()))
            .ifPresent(address -> strike(address, event));
        String user = event.user();
        if (user != null) {
          BanSubject.user(user).ifPresent(known -> strike(known, event));
        }
      }
    }
  }

  /** A service may report kinds of its own; those are none. */
  private boolean isStrike(ErrorEvent event) {
    for (ErrorKind kind : ErrorKind.values()) {
      if (kind.name().equals(event.kind())) {
        return kind.isStrike()
            && (kind != ErrorKind.RATE_LIMITED || event.closeCode() > 0)
            && (event.suppressed() == 0 || summariesCount);
      }
    }
    return false;
  }

  /** Who is banned already collects no more: what comes late belongs to what led to the ban. */
  private void strike(BanSubject subject, ErrorEvent event) {
    long count = Math.max(1, event.suppressed());
    long now = now();
    if (!book.isBanned(subject, now) && strikes.add(subject, count, time.nanos())) {
      String why = settings.strikes() + " strikes, the last " + event.kind();
      publish(book.punish(subject, why, now), why);
    }
  }

  // --- requests ---------------------------------------------------------------------------------

  private void onRequest(Message<Object> message) {
    BanRequest request;
    try {
      request = BanRequest.of(message.body(), settings.banFor());
    } catch (IllegalArgumentException e) {
      message.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    if (request instanceof BanRequest.All all) {
      message.reply(list(all.known()));
    } else if (request instanceof BanRequest.Impose ban) {
      strikes.forget(ban.subject());
      List<BanChange> changes = book.ban(ban.subject(), ban.millis(), ban.why(), now());
      BanChange last = changes.get(changes.size() - 1);
      publish(changes, ban.why()).onComplete(kept -> message.reply(answer(last, true)));
    } else if (request instanceof BanRequest.Pardon pardon) {
      pardon(message, pardon.subject());
    }
  }

  private void pardon(Message<Object> message, BanSubject subject) {
    strikes.forget(subject);
    BanChange change = book.pardon(subject, now());
    // Without a ban, too, there may have been an offence to forget.
    Future<Void> kept = change == null ? keeper.write() : publish(List.of(change), "");
    BanChange answer = change == null ? new BanChange(book.seq(), subject, 0) : change;
    kept.onComplete(written -> message.reply(answer(answer, change != null)));
  }

  private static JsonObject answer(BanChange change, boolean changed) {
    return new JsonObject()
        .put("seq", change.seq())
        .put("subject", change.subject().text())
        .put("until", change.until())
        .put("changed", changed);
  }

  private JsonObject list(long known) {
    inForce.set(book.size(now()));
    JsonObject answer = new JsonObject().put("seq", book.seq());
    if (known != book.seq()) {
      JsonArray list = new JsonArray();
      book.bans(now()).forEach(ban -> list.add(ban.toJson()));
      answer.put("bans", list);
    }
    return answer;
  }

  // --- to tell and to keep ----------------------------------------------------------------------

  private Future<Void> publish(List<BanChange> changes, String why) {
    for (BanChange change : changes) {
      vertx.eventBus().publish(GuardBus.BAN_CHANGES, change.toJson());
      if (change.isBan()) {
        Instant until = Instant.ofEpochMilli(change.until());
        LOG.info("banned {} until {}: {}", change.subject().text(), until, Json.encode(why));
      } else {
        LOG.info("no ban any more: {}", change.subject().text());
      }
    }
    inForce.set(book.size(now()));
    return keeper.write();
  }
}
