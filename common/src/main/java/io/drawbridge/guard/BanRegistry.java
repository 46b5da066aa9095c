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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The guard's side of bans: counts strikes, answers who asks for bans, tells all edges, and keeps
 * the book in the data folder. To be used on the guard's event loop.
 *
 * <p>A ban is in force as soon as it is published. A request for one is answered once it is in the
 * file, too, and in a cluster with the other processes, or could not be written, which the process
 * log tells.
 *
 * <p>Of several guards, the one that leads does all that; the others pass on to it what they are
 * asked and told ({@link BanSuccession}).
 */
final class BanRegistry implements BanSuccession.Keeping {
  /** The most bans that there are; an edge's table must hold as many. */
  static final int MOST_BANS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(BanRegistry.class);
  private static final int MOST_SUBJECTS = 20_000;

  /** How long an event may take from its edge, and by how much their clocks may differ. */
  private static final Duration ON_ITS_WAY = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Time time;
  private FirewallSettings settings;
  private final Networks trusted;

  /**
   * Whether what sampling left out can lead to a ban at all. Where the full lines of a minute are
   * enough for one, it only comes late: to who is banned, or has been pardoned meanwhile.
   */
  private boolean summariesCount;

  private final Strikes strikes;
  private final BanBook book;
  private final BanFile file;
  private final Keeper keeper;
  private final BanMap map;
  private final BanSuccession succession;
  private final String ownAddress;
  private final boolean alone;
  private final MeterRegistry meters;
  private final AtomicInteger inForce = new AtomicInteger();
  private final Gauge gauge;

  /**
   * @param standing among the other guards
   * @param alone whether there can be no others
   */
  BanRegistry(Vertx vertx, Settings settings, Node node, Standing standing, boolean alone) {
    this.vertx = vertx;
    this.time = node.time();
    this.settings = settings.firewall();
    this.trusted = new Networks(settings.proxy().trusted());
    this.summariesCount = settings.guard().perPeerPerMinute() < settings.firewall().strikes();
    this.strikes = new Strikes(this.settings.strikes(), this.settings.window(), MOST_SUBJECTS);
    this.book = new BanBook(this.settings.banFor(), this.settings.banMax(), MOST_BANS);
    this.file = new BanFile(settings.data());
    this.keeper = new Keeper(vertx, "bans", this::toWrite);
    this.map = new BanMap(vertx, time, book::entry);
    this.succession = new BanSuccession(vertx, standing, time, map, this, alone);
    this.ownAddress = GuardBus.bansOf(standing.id());
    this.alone = alone;
    this.meters = node.meters();
    this.gauge =
        Gauge.builder("drawbridge.bans", inForce, AtomicInteger::get)
            .description("Bans in force, as this guard knows them")
            .strongReference(true)
            .register(meters);
  }

  /** Puts other strikes, and lengths of the bans to come, in force. */
  void reload(Settings reloaded) {
    settings = reloaded.firewall();
    summariesCount = reloaded.guard().perPeerPerMinute() < settings.strikes();
    strikes.limit(settings.strikes(), settings.window());
    book.lengths(settings.banFor(), settings.banMax());
  }

  /** Completes when what was kept is in force; in a cluster, other guards may turn to it then. */
  Future<?> start() {
    if (!alone) {
      book.keepPardons();
    }
    return vertx
        .executeBlocking(file::load)
        .onSuccess(state -> book.restore(state, now()))
        .compose(restored -> alone ? Future.succeededFuture() : listenOwn());
  }

  private Future<?> listenOwn() {
    return Future.all(
        vertx.eventBus().consumer(ownAddress, this::onOwn).completion(),
        vertx.eventBus().consumer(GuardBus.BAN_CHANGES, this::onChange).completion());
  }

  /** Completes when requests are answered. */
  Future<?> listenAll() {
    return vertx.eventBus().<Object>consumer(GuardBus.BANS, this::onRequest).completion();
  }

  /** Others are there than before. */
  void changed() {
    succession.changed();
  }

  /** Another guard has told of itself. */
  void heard(Member guard) {
    if (guard.data().getValue(GuardBus.SEQ) instanceof Number seq) {
      succession.heard(seq.longValue());
    }
  }

  /** The highest number of a change that this guard knows of. */
  long highest() {
    return succession.highest();
  }

  /**
   * Completes when all is in the file, and, of several guards, the next one has it; never fails.
   */
  Future<?> stop() {
    meters.remove(gauge);
    Future<Void> kept = alone ? Future.succeededFuture() : map.keep(List.of());
    return kept.compose(inMap -> succession.handOver()).eventually(keeper::close);
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
  void logged(List<ErrorEvent> events) {
    succession.count(events.stream().filter(this::isStrike).toList());
  }

  @Override
  public void count(List<ErrorEvent> strikes) {
    Instant oldest = time.now().minus(settings.window()).minus(ON_ITS_WAY);
    for (ErrorEvent event : strikes) {
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

  /** What other guards pass on, and who knows that it is this one that keeps the book. */
  private void onOwn(Message<Object> message) {
    JsonObject body = message.body() instanceof JsonObject object ? object : new JsonObject();
    try {
      if ("merge".equals(body.getValue("op"))) {
        succession.onMerge(message, body);
      } else if ("strikes".equals(body.getValue("op"))) {
        // Not passed on once more: who leads is not the same for all just now.
        if (succession.serves()) {
          count(GuardVerticle.events(body));
        }
      } else if (succession.serves()) {
        onRequest(message);
      } else {
        message.fail(GuardBus.UNAVAILABLE, "this guard does not keep the bans");
      }
    } catch (IllegalArgumentException | ClassCastException e) {
      message.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private void onChange(Message<Object> message) {
    if (message.body() instanceof JsonObject change && change.getValue("seq") instanceof Number n) {
      succession.heard(n.longValue());
    }
  }

  private void onRequest(Message<Object> message) {
    BanRequest request;
    try {
      request = BanRequest.of(message.body(), settings.banFor());
    } catch (IllegalArgumentException e) {
      message.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    if (!succession.serves()) {
      succession.passOn(message);
    } else if (request instanceof BanRequest.All all) {
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
    Future<Void> kept = change == null ? keep(List.of(subject)) : publish(List.of(change), "");
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
    return keep(changes.stream().map(BanChange::subject).toList());
  }

  private Future<Void> keep(List<BanSubject> subjects) {
    Future<Void> written = keeper.write();
    return alone ? written : Future.join(written, map.keep(subjects)).mapEmpty();
  }

  // --- of several guards ------------------------------------------------------------------------

  @Override
  public List<BanSubject> merge(List<BanEntry> entries) {
    List<BanSubject> taken = book.merge(entries, now());
    inForce.set(book.size(now()));
    if (!taken.isEmpty()) {
      keep(taken);
    }
    return taken;
  }

  @Override
  public void keepAllBut(List<BanEntry> inMap) {
    Map<BanSubject, Long> there = new HashMap<>();
    inMap.forEach(entry -> there.put(entry.subject(), entry.changedAt()));
    map.keep(
        book.entries(now()).stream()
            .filter(entry -> !Objects.equals(there.get(entry.subject()), entry.changedAt()))
            .map(BanEntry::subject)
            .toList());
  }

  @Override
  public void raise(long number, List<BanSubject> changed) {
    book.raise(number);
    keeper.write();
    if (!changed.isEmpty()) {
      // One of them will do: it does not come next, so who hears of it asks for all.
      BanSubject one = changed.get(changed.size() - 1);
      long until = book.until(one, now());
      vertx.eventBus().publish(GuardBus.BAN_CHANGES, new BanChange(number, one, until).toJson());
    }
  }

  @Override
  public long seq() {
    return book.seq();
  }

  @Override
  public List<BanEntry> entries() {
    return book.entries(now());
  }
}
