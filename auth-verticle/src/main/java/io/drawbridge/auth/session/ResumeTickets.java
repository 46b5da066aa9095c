package io.drawbridge.auth.session;

import io.drawbridge.config.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals resume tickets with AES-256-GCM, so that nobody but who has the key can make, read or
 * change one. Thread-safe.
 *
 * <p>The key is random and of this process alone, or made from a secret that all nodes of a cluster
 * have, so that a client may come back to any. A nonce is 96 random bits, which is safe for 2^32
 * tickets (NIST SP 800-38D, section 8.3): one a millisecond for 49 days. Past that, who found two
 * tickets with one nonce might forge one; it would lead nowhere, since each has an id that has to
 * be known where the sessions are.
 */
public final class ResumeTickets {
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /** Far longer than the longest user id makes one. */
  private static final int LONGEST = 4 * 1024;

  /** What is sealed by this key is a ticket and nothing else. */
  private static final byte[] PURPOSE =
      "drawbridge resume ticket 1".getBytes(StandardCharsets.US_ASCII);

  /** Says what the key is for, so that it is none of those that the same secret is used as. */
  private static final byte[] KEY_PURPOSE =
      "drawbridge resume ticket key 1".getBytes(StandardCharsets.US_ASCII);

  private final SecureRandom random;
  private final Key key;
  private final boolean shared;

  private ResumeTickets(SecureRandom random, byte[] key, boolean shared) {
    this.random = random;
    this.key = new SecretKeySpec(key, "AES");
    this.shared = shared;
  }

  /** Those of this process alone. */
  public static ResumeTickets own() {
    SecureRandom random = new SecureRandom();
    byte[] fresh = new byte[KEY_BYTES];
    random.nextBytes(fresh);
    return new ResumeTickets(random, fresh, false);
  }

  /** Those of all processes that have this secret. */
  public static ResumeTickets of(Secret secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.bytes(), "HmacSHA256"));
      return new ResumeTickets(new SecureRandom(), mac.doFinal(KEY_PURPOSE), true);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** Whether another process may know the key, too. */
  public boolean isShared() {
    return shared;
  }

  /** The ticket as a client gets it: base64url without padding. */
  public String seal(ResumeTicket ticket) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(plain(ticket));
      byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
      System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + CIPHER, e);
    }
  }

  /** Null for what was not sealed by this key, for another user's, and for one that has ended. */
  public @Nullable ResumeTicket open(String text, String user, Instant now) {
    ResumeTicket ticket = text.length() > LONGEST ? null : unsealed(text);
    return ticket != null && ticket.user().equals(user) && now.isBefore(ticket.until())
        ? ticket
        : null;
  }

  private @Nullable ResumeTicket unsealed(String text) {
    try {
      byte[] all = Base64.getUrlDecoder().decode(text);
      int sealed = all.length - NONCE_BYTES;
      if (sealed < TAG_BITS / Byte.SIZE) {
        // Java 17 fails with an unchecked exception where there is not even room for the tag.
        return null;
      }
      byte[] nonce = Arrays.copyOf(all, NONCE_BYTES);
      return ticket(cipher(Cipher.DECRYPT_MODE, nonce).doFinal(all, NONCE_BYTES, sealed));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return null;
    }
  }

  private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(PURPOSE);
    return cipher;
  }

  // --- what is sealed ---------------------------------------------------------------------------

  private static byte[] plain(ResumeTicket ticket) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(ticket.until().toEpochMilli());
      out.writeUTF(ticket.id());
      out.writeUTF(ticket.session());
      out.writeUTF(ticket.user());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static ResumeTicket ticket(byte[] plain) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(plain))) {
      Instant until = Instant.ofEpochMilli(in.readLong());
      return new ResumeTicket(in.readUTF(), in.readUTF(), in.readUTF(), until);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
