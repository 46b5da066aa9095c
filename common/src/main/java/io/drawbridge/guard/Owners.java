package io.drawbridge.guard;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose a key is among some, by rendezvous hashing (Thaler and Ravishankar, 1998): all who know the
 * same members name the same one, and only the keys of one who goes change hands. Immutable.
 */
final class Owners {
  private final List<Member> members;
  private final long[] hashes;

  Owners(Collection<Member> members) {
    this.members = List.copyOf(members);
    this.hashes = this.members.stream().mapToLong(each -> hash(each.id())).toArray();
  }

  /** Null where there are none. */
  @Nullable Member of(String key) {
    Member owner = null;
    long highest = 0;
    long ofKey = hash(key);
    for (int i = 0; i < hashes.length; i++) {
      Member each = members.get(i);
      long weight = mix(ofKey ^ hashes[i]);
      if (owner == null
          || weight > highest
          || (weight == highest && each.id().compareTo(owner.id()) < 0)) {
        owner = each;
        highest = weight;
      }
    }
    return owner;
  }

  private static long hash(String text) {
    return mix(Fnv.hash(text));
  }

  /** The last step of MurmurHash3: each bit of the one depends on every bit of the other. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
