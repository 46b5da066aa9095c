package io.drawbridge.guard;

/**
 * FNV-1a of 64 bits (draft-eastlake-fnv): the same number for the same text on every node. Not for
 * what somebody may want to forge.
 */
public final class Fnv {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private Fnv() {}

  /** By the text's UTF-16 units. */
  public static long hash(String text) {
    long hash = OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    return hash;
  }
}
