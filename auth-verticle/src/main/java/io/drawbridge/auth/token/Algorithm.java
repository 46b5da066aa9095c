package io.drawbridge.auth.token;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * The JWS algorithms that a token may be signed with (RFC 7518 §3, RFC 8037 §3.1). {@code none} is
 * not among them, so no setting and no token can choose it.
 */
enum Algorithm {
  HS256("HS256", Family.HMAC, "HmacSHA256", 32),
  HS384("HS384", Family.HMAC, "HmacSHA384", 48),
  HS512("HS512", Family.HMAC, "HmacSHA512", 64),
  RS256("RS256", Family.RSA, "SHA256withRSA", 32),
  RS384("RS384", Family.RSA, "SHA384withRSA", 48),
  RS512("RS512", Family.RSA, "SHA512withRSA", 64),
  PS256("PS256", Family.RSA, "RSASSA-PSS", 32),
  PS384("PS384", Family.RSA, "RSASSA-PSS", 48),
  PS512("PS512", Family.RSA, "RSASSA-PSS", 64),
  ES256("ES256", Family.EC, "SHA256withECDSAinP1363Format", 32),
  ES384("ES384", Family.EC, "SHA384withECDSAinP1363Format", 48),
  ES512("ES512", Family.EC, "SHA512withECDSAinP1363Format", 66),
  EDDSA("EdDSA", Family.ED25519, "Ed25519", 32);

  /** What a key must be. */
  enum Family {
    HMAC,
    RSA,
    EC,
    ED25519
  }

  private static final Map<String, Algorithm> NAMED =
      Stream.of(values()).collect(Collectors.toMap(each -> each.word, Function.identity()));

  private final String word;
  private final Family family;
  private final String inJava;
  private final int size;

  /**
   * To find one costs more than to use it. Only for HMAC, where it keeps no state between tokens.
   */
  private final ThreadLocal<Mac> macs = ThreadLocal.withInitial(this::mac);

  /**
   * @param size bytes: of the hash; of one half of the signature for EC and EdDSA
   */
  Algorithm(String word, Family family, String inJava, int size) {
    this.word = word;
    this.family = family;
    this.inJava = inJava;
    this.size = size;
  }

  /** By its name in settings, tokens and keys, to the letter; null where there is none. */
  static @Nullable Algorithm named(String word) {
    return NAMED.get(word);
  }

  String word() {
    return word;
  }

  Family family() {
    return family;
  }

  /** Bytes that a secret must have at least (RFC 7518 §3.2); for EC, those of a coordinate. */
  int size() {
    return size;
  }

  /** Whether it costs so little that it may be done on an event loop. */
  boolean isQuick() {
    return family == Family.HMAC;
  }

  /**
   * Whether the signature is one of this content. On any thread; never throws for what a token
   * holds.
   */
  boolean verifies(Key key, byte[] content, byte[] signature) {
    try {
      return isQuick()
          ? MessageDigest.isEqual(mac(key, content), signature)
          : mayBeSignature(signature) && verified((PublicKey) key, content, signature);
    } catch (GeneralSecurityException e) {
      // It has not even the form of a signature.
      return false;
    }
  }

  private Mac mac() {
    try {
      return Mac.getInstance(inJava);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + inJava, e);
    }
  }

  private byte[] mac(Key key, byte[] content) throws GeneralSecurityException {
    Mac mac = macs.get();
    mac.init(key);
    return mac.doFinal(content);
  }

  private boolean verified(PublicKey key, byte[] content, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance(inJava);
    if (inJava.equals("RSASSA-PSS")) {
      String hash = "SHA-" + size * 8;
      verifier.setParameter(
          new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), size, 1));
    }
    verifier.initVerify(key);
    verifier.update(content);
    return verifier.verify(signature);
  }

  /**
   * RFC 7518 §3.4: both halves of an EC signature in full length. One with a half of zero holds for
   * any content where the library forgets to look.
   */
  private boolean mayBeSignature(byte[] signature) {
    if (family == Family.RSA) {
      return true;
    }
    if (signature.length != 2 * size) {
      return false;
    }
    return family != Family.EC || (!isZero(signature, 0) && !isZero(signature, size));
  }

  private boolean isZero(byte[] signature, int from) {
    return Arrays.equals(signature, from, from + size, new byte[size], 0, size);
  }
}
