package io.drawbridge.config;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;

/**
 * A private key in PEM: PKCS#8 ({@code PRIVATE KEY}), PKCS#1 ({@code RSA PRIVATE KEY}) or SEC 1
 * ({@code EC PRIVATE KEY}); RSA or EC, without a password.
 *
 * <p>Java reads PKCS#8 alone. The older two are the same without the algorithm in front, which is
 * taken from the public key, since the two must match anyway.
 */
final class PrivateKeyText {
  private static final byte[] VERSION_0 = {2, 1, 0};
  private static final byte SEQUENCE = 0x30;
  private static final byte OCTET_STRING = 0x04;

  private PrivateKeyText() {}

  /**
   * The key.
   *
   * @param publicKey what it should go with
   * @throws BadValue when there is none, with a reason that goes behind the file's name
   */
  static PrivateKey parse(String text, PublicKey publicKey) {
    if (text.contains("ENCRYPTED")) {
      throw new BadValue("has a password; take it away, and make the file mode 0600");
    }
    String algorithm = publicKey.getAlgorithm();
    if (!algorithm.equals("RSA") && !algorithm.equals("EC")) {
      throw new BadValue("can't be used: the certificate's key must be RSA or EC");
    }
    List<byte[]> whole = Pem.blocks(text, "PRIVATE KEY");
    List<byte[]> bare = Pem.blocks(text, algorithm + " PRIVATE KEY");
    if (whole.isEmpty() && bare.isEmpty()) {
      throw new BadValue("holds no " + algorithm + " private key in PEM");
    }
    try {
      byte[] pkcs8 = whole.isEmpty() ? pkcs8(bare.get(0), publicKey) : whole.get(0);
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException | IndexOutOfBoundsException e) {
      throw new BadValue("is no valid " + algorithm + " private key");
    }
  }

  /** Whether what one signs, the other verifies. */
  static boolean matches(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
    String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    byte[] text = {1, 2, 3};
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(text);
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(publicKey);
    verifier.update(text);
    return verifier.verify(signer.sign());
  }

  /** RFC 5208 §5: version, algorithm, and the bare key as an octet string. */
  private static byte[] pkcs8(byte[] bare, PublicKey publicKey) {
    return der(SEQUENCE, VERSION_0, algorithm(publicKey.getEncoded()), der(OCTET_STRING, bare));
  }

  /** RFC 5280 §4.1: a public key is a sequence, whose first element is its algorithm. */
  private static byte[] algorithm(byte[] publicKey) {
    int start = header(publicKey, 0);
    int end = header(publicKey, start) + length(publicKey, start);
    return Arrays.copyOfRange(publicKey, start, end);
  }

  /** Where the content of the element at this place begins. */
  private static int header(byte[] der, int at) {
    int first = der[at + 1] & 0xFF;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
  }

  private static int length(byte[] der, int at) {
    int length = der[at + 1] & 0xFF;
    if (length < 0x80) {
      return length;
    }
    int value = 0;
    for (int i = at + 2; i < header(der, at); i++) {
      value = (value << 8) | (der[i] & 0xFF);
    }
    return value;
  }

  private static byte[] der(byte tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    int size = content.size();
    // As few bytes as the length takes: DER allows no more.
    byte[] length = BigInteger.valueOf(size).toByteArray();
    int start = length[0] == 0 ? 1 : 0;
    if (size >= 0x80) {
      element.write(0x80 | (length.length - start));
    }
    element.write(length, start, length.length - start);
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }
}
