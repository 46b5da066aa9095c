package io.drawbridge.auth.token;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Which public keys are fit for which algorithms. Throws {@link BadToken} for those that are not.
 */
final class PublicKeys {
  /** RFC 7518 §3.3; more than the greatest would make each token a burden. */
  private static final int LEAST_RSA_BITS = 2048;

  private static final int MOST_RSA_BITS = 8192;

  private static final Map<Algorithm, ECParameterSpec> CURVES = new EnumMap<>(Algorithm.class);

  static {
    CURVES.put(Algorithm.ES256, curve("secp256r1"));
    CURVES.put(Algorithm.ES384, curve("secp384r1"));
    CURVES.put(Algorithm.ES512, curve("secp521r1"));
  }

  private PublicKeys() {}

  private static ECParameterSpec curve(String name) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(name));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no curve " + name, e);
    }
  }

  // --- from numbers -----------------------------------------------------------------------------

  static PublicKey rsa(byte[] modulus, byte[] exponent) {
    try {
      return KeyFactory.getInstance("RSA")
          .generatePublic(
              new RSAPublicKeySpec(new BigInteger(1, modulus), new BigInteger(1, exponent)));
    } catch (GeneralSecurityException e) {
      throw new BadToken("no RSA key");
    }
  }

  /** RFC 7518 §6.2.1: both coordinates in full length. */
  static PublicKey ec(Algorithm algorithm, byte[] x, byte[] y) {
    if (x.length != algorithm.size() || y.length != algorithm.size()) {
      throw new BadToken("an EC point of the wrong size");
    }
    try {
      ECPoint point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
      return KeyFactory.getInstance("EC")
          .generatePublic(new ECPublicKeySpec(point, spec(algorithm)));
    } catch (GeneralSecurityException e) {
      throw new BadToken("no EC key");
    }
  }

  /** RFC 8032 §5.1.2: little-endian, the highest bit is the sign of x. */
  static PublicKey ed25519(byte[] encoded) {
    if (encoded.length != Algorithm.EDDSA.size()) {
      throw new BadToken("an Ed25519 point of the wrong size");
    }
    byte[] bigEndian = new byte[encoded.length];
    for (int i = 0; i < encoded.length; i++) {
      bigEndian[i] = encoded[encoded.length - 1 - i];
    }
    boolean xOdd = bigEndian[0] < 0;
    bigEndian[0] &= 0x7f;
    try {
      EdECPoint point = new EdECPoint(xOdd, new BigInteger(1, bigEndian));
      return KeyFactory.getInstance("Ed25519")
          .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    } catch (GeneralSecurityException e) {
      throw new BadToken("no Ed25519 key");
    }
  }

  // --- what they are fit for --------------------------------------------------------------------

  static Set<Algorithm> algorithms(PublicKey key) {
    if (key instanceof RSAPublicKey rsa) {
      return rsaAlgorithms(rsa);
    }
    if (key instanceof ECPublicKey ec) {
      return Set.of(ecAlgorithm(ec));
    }
    if (key instanceof EdECPublicKey ed
        && ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
      return Set.of(Algorithm.EDDSA);
    }
    throw new BadToken("a kind of key that no algorithm uses");
  }

  private static Set<Algorithm> rsaAlgorithms(RSAPublicKey key) {
    int bits = key.getModulus().bitLength();
    if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) {
      throw new BadToken("an RSA key of " + bits + " bits; 2048 to 8192 are taken");
    }
    if (!key.getPublicExponent().testBit(0) || key.getPublicExponent().bitLength() < 2) {
      throw new BadToken("an RSA key with a bad exponent");
    }
    EnumSet<Algorithm> pss = EnumSet.range(Algorithm.PS256, Algorithm.PS512);
    return key.getAlgorithm().equals("RSASSA-PSS")
        ? pss
        : EnumSet.range(Algorithm.RS256, Algorithm.PS512);
  }

  private static Algorithm ecAlgorithm(ECPublicKey key) {
    for (Map.Entry<Algorithm, ECParameterSpec> each : CURVES.entrySet()) {
      if (isSame(each.getValue(), key.getParams())) {
        checkOnCurve(key.getW(), each.getValue());
        return each.getKey();
      }
    }
    throw new BadToken("an EC key on a curve that no algorithm uses");
  }

  private static boolean isSame(ECParameterSpec one, ECParameterSpec other) {
    return one.getCurve().equals(other.getCurve())
        && one.getGenerator().equals(other.getGenerator())
        && one.getOrder().equals(other.getOrder())
        && one.getCofactor() == other.getCofactor();
  }

  /** Not every Java looks before it verifies. */
  private static void checkOnCurve(ECPoint point, ECParameterSpec spec) {
    BigInteger p = ((ECFieldFp) spec.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    boolean inField =
        x.signum() >= 0 && y.signum() >= 0 && x.compareTo(p) < 0 && y.compareTo(p) < 0;
    BigInteger right =
        x.multiply(x).add(spec.getCurve().getA()).multiply(x).add(spec.getCurve().getB()).mod(p);
    if (!inField || !y.multiply(y).mod(p).equals(right)) {
      throw new BadToken("an EC point that is not on its curve");
    }
  }

  private static ECParameterSpec spec(Algorithm algorithm) {
    ECParameterSpec spec = CURVES.get(algorithm);
    if (spec == null) {
      throw new IllegalArgumentException(algorithm + " has no curve");
    }
    return spec;
  }
}
