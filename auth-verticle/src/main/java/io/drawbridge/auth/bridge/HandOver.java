package io.drawbridge.auth.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one process hands over to the one that goes on with a session.
 *
 * @param envelopes the last ones, of numbers without a gap up to {@link Head#last}: at least all
 *     that are kept and that the client has not seen, or that the other process may have heard too
 */
record HandOver(Head head, List<byte[]> envelopes) {
  /** Of one message on the event bus, but that one envelope is never divided. */
  private static final int PAGE_BYTES = 256 * 1024;

  private static final int PAGE_ENVELOPES = 1_000;

  /**
   * What the other process has to know before it listens.
   *
   * @param since when the session was opened
   * @param registrations what it listens to, but for its user's own address
   */
  record Opening(Instant since, List<String> registrations) {
    JsonObject encode() {
      return new JsonObject()
          .put("since", since.toEpochMilli())
          .put("registrations", new JsonArray(registrations));
    }

    static Opening of(JsonObject json) {
      return new Opening(
          Instant.ofEpochMilli(json.getLong("since")),
          Whereabouts.Place.texts(json, "registrations"));
    }
  }

  /**
   * What is no envelope.
   *
   * @param last the number of the last envelope
   * @param mark what it was when the other process began to listen: what came behind it, both may
   *     have heard
   * @param from the number of the last envelope that its client has
   * @param awaited where its client waits for replies, which are lost
   */
  record Head(long last, long mark, long from, List<String> awaited, List<String> registrations) {}

  // --- on the event bus -------------------------------------------------------------------------

  /** As messages, all but the last of which say that there are more; at least one. */
  List<JsonObject> pages() {
    List<JsonObject> pages = new ArrayList<>();
    JsonArray page = new JsonArray();
    int bytes = 0;
    for (byte[] each : envelopes) {
      if (!page.isEmpty() && (bytes + each.length > PAGE_BYTES || page.size() == PAGE_ENVELOPES)) {
        pages.add(new JsonObject().put("envelopes", page).put("more", true));
        page = new JsonArray();
        bytes = 0;
      }
      page.add(new String(each, UTF_8));
      bytes += each.length;
    }
    pages.add(new JsonObject().put("envelopes", page).put("more", false));
    pages
        .get(0)
        .put("last", head.last())
        .put("mark", head.mark())
        .put("from", head.from())
        .put("awaited", new JsonArray(head.awaited()))
        .put("registrations", new JsonArray(head.registrations()));
    return pages;
  }

  static boolean hasMore(JsonObject page) {
    return page.getBoolean("more");
  }

  static HandOver of(List<JsonObject> pages) {
    JsonObject first = pages.get(0);
    Head head =
        new Head(
            first.getLong("last"),
            first.getLong("mark"),
            first.getLong("from"),
            Whereabouts.Place.texts(first, "awaited"),
            Whereabouts.Place.texts(first, "registrations"));
    return new HandOver(
        head,
        pages.stream()
            .flatMap(page -> Whereabouts.Place.texts(page, "envelopes").stream())
            .map(text -> text.getBytes(UTF_8))
            .toList());
  }

  // --- where it goes on -------------------------------------------------------------------------

  /**
   * Puts these before what has come here, less what both have heard. Of each publisher, these are
   * the first that it published, and what has come here are the last; so what is here and not in
   * these comes behind them all.
   *
   * @param here what came since this process listens; from now on, all
   * @return whether it is known how many are lost
   */
  boolean goOn(Backlog here) {
    long before = head.last() - envelopes.size();
    // Where one went that both had, it could not be told from one that came here alone.
    boolean overlaps = before <= head.mark();
    boolean complete = overlaps && !here.hasLost();
    List<byte[]> gathered = overlaps ? here.bare() : List.of();
    Map<ByteBuffer, Integer> both = behindMark(before);
    here.goOnBehind(before);
    envelopes.forEach(here::addNumbered);
    for (byte[] each : gathered) {
      Integer left = both.computeIfPresent(ByteBuffer.wrap(each), (same, count) -> count - 1);
      if (left == null || left < 0) {
        here.addBare(each);
      }
    }
    return complete;
  }

  /** How often each of these came that both may have heard, without its number. */
  private Map<ByteBuffer, Integer> behindMark(long before) {
    Map<ByteBuffer, Integer> counts = new HashMap<>();
    envelopes.stream()
        .skip(Math.max(0, head.mark() - before))
        .forEach(each -> counts.merge(ByteBuffer.wrap(Backlog.bare(each)), 1, Integer::sum));
    return counts;
  }
}
