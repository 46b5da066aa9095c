package io.drawbridge.auth.hostile;

import io.drawbridge.auth.Tokens;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys that the server under test believes, keys that it doesn't, and how each signs (RFC 7518).
 */
final class Keys {
  /** The order of P-256's group. */
  static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  /** The order of Ed25519's group. */
  static final BigInteger ED25519_ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  static final KeyPair RSA = rsa();

  /** The server takes it for PS256 alone, where it takes {@link #RSA} for RS256 alone. */
  static final KeyPair RSA_PSS = rsa();

  static final KeyPair EC = pair("EC", new ECGenParameterSpec("secp256r1"));
  static final KeyPair EDWARDS = pair("Ed25519", null);

  static final KeyPair THEIR_RSA = rsa();
  static final KeyPair THEIR_EC = pair("EC", new ECGenParameterSpec("secp256r1"));
  static final KeyPair THEIR_P384 = pair("EC", new ECGenParameterSpec("secp384r1"));
  static final KeyPair THEIR_EDWARDS = pair("Ed25519", null);

  private Keys() {}

  /** Makes the signature of what stands before a token's second dot. */
  interface Signer {
    byte[] sign(byte[] content) throws GeneralSecurityException;
  }

  static Signer ours() {
    return mac("HmacSHA256", Tokens.SECRET);
  }

  static Signer theirs() {
    return mac("HmacSHA256", "a secret that nobody here believes in, of 32 bytes or more");
  }

  static Signer mac(String name, String key) {
    return mac(name, key.getBytes(StandardCharsets.UTF_8));
  }

  static Signer mac(String name, byte[] key) {
    return content -> {
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(key, name));
      return mac.doFinal(content);
    };
  }

  static Signer rs256(KeyPair key) {
    return with("SHA256withRSA", key, null);
  }

  static Signer ps256(KeyPair key) {
    return with(
        "RSASSA-PSS",
        key,
        new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
  }

  static Signer es256(KeyPair key) {
    return with("SHA256withECDSAinP1363Format", key, null);
  }

  static Signer edDsa(KeyPair key) {
    return with("Ed25519", key, null);
  }

  static Signer with(String name, KeyPair key, AlgorithmParameterSpec parameters) {
    return content -> {
      Signature signature = Signature.getInstance(name);
      if (parameters != null) {
        signature.setParameter(parameters);
      }
      signature.initSign(key.getPrivate());
      signature.update(content);
      return signature.sign();
    };
  }

  /** A signature that is this, whatever is signed. */
  static Signer fixed(byte... signature) {
    return content -> signature;
  }

  // --- as files and in headers ------------------------------------------------------------------

  /** RFC 7468 §13. */
  static String pem(PublicKey key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  /** RFC 8037 §2: the raw key is the end of its X.509 form. */
  static String edwardsJwk(PublicKey key) {
    return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + HostileToken.base64(raw(key)) + "\"}";
  }

  static byte[] raw(PublicKey edwards) {
    byte[] encoded = edwards.getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
  }

  /** RFC 7518 §6.3. */
  static String rsaJwk(PublicKey key) {
    RSAPublicKey rsa = (RSAPublicKey) key;
    return "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}"
        .formatted(
            HostileToken.base64(unsigned(rsa.getModulus(), 256)),
            HostileToken.base64(unsigned(rsa.getPublicExponent(), 3)));
  }

  /** A number as so many bytes, the most significant first. */
  static byte[] unsigned(BigInteger number, int length) {
    byte[] signed = number.toByteArray();
    byte[] bytes = new byte[length];
    int count = Math.min(signed.length, length);
    System.arraycopy(signed, signed.length - count, bytes, length - count, count);
    return bytes;
  }

  private static KeyPair rsa() {
    return pair("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
  }

  private static KeyPair pair(String kind, AlgorithmParameterSpec parameters) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      if (parameters != null) {
        generator.initialize(parameters);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
