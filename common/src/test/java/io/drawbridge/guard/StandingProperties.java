package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

/** Several of a kind on one clock, whose announcements are late, and who come, go and freeze. */
final class StandingProperties {
  private static final int KEYS = 8;
  private static final long STEP = Duration.ofMillis(10).toNanos();
  private static final long TICK = Roster.ANNOUNCED_EVERY.toNanos();

  private enum Op {
    JOIN,
    LEAVE,
    DIE,
    /** For 0.6 to 1.1 s: others may or may not have taken it for gone. */
    STALL,
    FREEZE
  }

  @Provide
  Arbitrary<Op> ops() {
    return Arbitraries.frequency(
        Tuple.of(2, Op.JOIN),
        Tuple.of(1, Op.LEAVE),
        Tuple.of(1, Op.DIE),
        Tuple.of(6, Op.STALL),
        Tuple.of(1, Op.FREEZE));
  }

  /** One process: what it decides with, and what has arrived there and is not read yet. */
  private static final class Runner {
    final Standing standing;
    final Queue<Member> queue = new ArrayDeque<>();
    long nextTick;
    long frozenUntil;
    boolean tickFirst;

    Runner(String id) {
      standing = new Standing(id, "node-" + id);
    }
  }

  private record Mail(Runner to, Member from, long at) {}

  /** All of them, and the mail between them, which keeps its order between any two. */
  private static final class World {
    final Random random;
    final long latest;
    final List<Runner> alive = new ArrayList<>();
    final List<Mail> mail = new ArrayList<>();
    final Map<String, Long> lastArrival = new HashMap<>();
    long now = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();
    int made;

    /** Since when nobody owns the key; absent while somebody does. */
    final Map<String, Long> ownerless = new HashMap<>();

    long longestGap;
    int ownersSeen;

    World(long seed, Duration latest) {
      random = new Random(seed);
      this.latest = latest.toNanos();
    }

    Runner join() {
      Runner made = new Runner("m" + this.made++);
      // Hosts' clocks differ by seconds.
      made.standing.begin(wall(made), now, false);
      made.nextTick = now;
      made.frozenUntil = now;
      alive.add(made);
      return made;
    }

    private long wall(Runner of) {
      return 1_700_000_000_000L + Math.floorMod(of.standing.id().hashCode() * 7919L, 20_000L);
    }

    void leave(Runner who) {
      who.standing.leave();
      announce(who);
      alive.remove(who);
    }

    private void announce(Runner from) {
      Member member = from.standing.self(new JsonObject());
      for (Runner to : alive) {
        if (to != from) {
          String way = member.id() + ">" + to.standing.id();
          // At once, or as late as can be: what is between is less of a trial.
          long at = now + (random.nextBoolean() ? 0 : latest);
          Long before = lastArrival.get(way);
          if (before != null && at - before < 0) {
            at = before;
          }
          lastArrival.put(way, at);
          mail.add(new Mail(to, member, at));
        }
      }
    }

    void run(Duration forSoLong) {
      long until = now + forSoLong.toNanos();
      while (until - now > 0) {
        now += STEP;
        List<Mail> due = mail.stream().filter(each -> each.at() - now <= 0).toList();
        mail.removeAll(due);
        due.forEach(each -> each.to().queue.add(each.from()));
        for (Runner each : List.copyOf(alive)) {
          if (now - each.frozenUntil >= 0) {
            each.tickFirst = random.nextBoolean();
            turn(each);
          }
        }
        check();
      }
    }

    private void turn(Runner process) {
      if (process.tickFirst) {
        ticks(process);
      }
      while (!process.queue.isEmpty()) {
        if (process.standing.heard(process.queue.remove(), now)) {
          announce(process);
        }
        // Between any two turns, it may be asked for something.
        check();
      }
      ticks(process);
    }

    /** At a fixed rate: after a stall, those that were missed come all at once. */
    private void ticks(Runner process) {
      while (now - process.nextTick >= 0) {
        process.nextTick += TICK;
        process.standing.tick(wall(process), now);
        announce(process);
        check();
      }
    }

    private void check() {
      int leaders = 0;
      for (Runner each : alive) {
        // Who is frozen decides nothing; but may have been about to, in the turn that it is in.
        leaders += each.standing.leads(now) ? 1 : 0;
      }
      assertThat(leaders).as("leaders").isLessThanOrEqualTo(1);
      note("the lead", leaders);
      for (int key = 0; key < KEYS; key++) {
        String name = "user:" + key;
        int owners = 0;
        for (Runner each : alive) {
          owners += each.standing.owns(name, now) ? 1 : 0;
        }
        assertThat(owners).as("owners of " + name).isLessThanOrEqualTo(1);
        note(name, owners);
      }
    }

    private void note(String part, int owners) {
      if (owners > 0) {
        ownersSeen++;
        ownerless.remove(part);
      } else {
        longestGap = Math.max(longestGap, now - ownerless.computeIfAbsent(part, none -> now));
      }
    }
  }

  private static void happen(World world, Op op) {
    if (op == Op.JOIN || world.alive.isEmpty()) {
      if (world.alive.size() < 6) {
        world.join();
      }
      return;
    }
    Runner who = world.alive.get(world.random.nextInt(world.alive.size()));
    switch (op) {
      case LEAVE -> world.leave(who);
      case DIE -> world.alive.remove(who);
      case STALL -> who.frozenUntil = world.now + millis(600 + world.random.nextInt(500));
      default -> who.frozenUntil = world.now + millis(world.random.nextInt(4_000));
    }
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  @Property(tries = 60)
  void noTwoOwnAKeyOrLead(
      @ForAll long seed, @ForAll @Size(min = 10, max = 30) List<@From("ops") Op> ops) {
    World world = new World(seed, Standing.ARRIVES_WITHIN.minusMillis(20));
    world.join();
    world.join();
    world.run(Duration.ofMillis(2_500));
    for (Op op : ops) {
      happen(world, op);
      world.run(Duration.ofMillis(world.random.nextInt(2_000)));
    }
    if (world.alive.isEmpty()) {
      world.join();
    }
    world.run(Duration.ofSeconds(9));

    assertThat(world.ownerless).as("without an owner, once all is quiet").isEmpty();
    assertThat(world.ownersSeen).isPositive();
  }

  @Property(tries = 15)
  void whatNobodyOwnsHasAnOwnerAgainSoon(
      @ForAll long seed, @ForAll @Size(min = 1, max = 6) List<@From("ops") Op> ops) {
    World world = new World(seed, Duration.ofMillis(50));
    world.join();
    world.run(Duration.ofSeconds(2));
    world.join();
    world.join();
    world.run(Duration.ofSeconds(3));
    world.longestGap = 0;
    for (Op op : ops) {
      if (world.alive.size() > 1 || op == Op.JOIN) {
        happen(world, op);
        world.run(Duration.ofSeconds(8));
      }
    }

    assertThat(Duration.ofNanos(world.longestGap)).isLessThan(Duration.ofMillis(1_600));
  }
}
