package io.drawbridge.auth.hostile;

import static io.drawbridge.auth.hostile.HostileToken.base64;
import static io.drawbridge.auth.hostile.HostileToken.good;
import static io.drawbridge.auth.hostile.Keys.edDsa;
import static io.drawbridge.auth.hostile.Keys.es256;
import static io.drawbridge.auth.hostile.Keys.fixed;
import static io.drawbridge.auth.hostile.Keys.rs256;
import static io.drawbridge.auth.hostile.Keys.unsigned;
import static io.drawbridge.auth.hostile.Keys.with;

import java.math.BigInteger;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The signature is of something else, by somebody else, or no number that a signature can be. */
final class SignatureRows {
  private SignatureRows() {}

  static Rows rows() {
    Rows rows = new Rows("Signature");
    for (int bit : new int[] {0, 1, 7, 100, 128, 254, 255}) {
      rows.invalid("bit " + bit + " of the signature flipped", () -> changed(good(), flip(bit)));
    }
    rows.invalid("signed with another secret", () -> good().signedBy(Keys.theirs()).text())
        .invalid("signed with an empty secret", () -> good().signedBy(noSecret()).text())
        .invalid("an empty signature", () -> good().unsigned())
        .invalid("a signature of zeros", () -> good().signedBy(fixed(new byte[32])).text())
        .invalid("a signature of one byte", () -> good().signedBy(fixed((byte) 0)).text())
        .invalid("half a signature", () -> changed(good(), s -> Arrays.copyOf(s, 16)))
        .invalid("a byte short", () -> changed(good(), s -> Arrays.copyOf(s, 31)))
        .invalid("a byte long", () -> changed(good(), s -> Arrays.copyOf(s, 33)))
        .invalid("twice the signature", () -> good().signature(s -> s + s))
        .invalid(
            "the signature in hexadecimal", () -> changedText(s -> HexFormat.of().formatHex(s)))
        .invalid("the signature of another token", SignatureRows::ofAnother)
        .invalid("the header of another token", SignatureRows::withAnotherHeader)
        .invalid(
            "another user, same signature", () -> swapped(good(), good().claim("user_id", "\"1\"")))
        .invalid("a longer life, same signature", () -> swapped(good(), good().in("exp", 9999)))
        .invalid(
            "a claim more, same signature", () -> swapped(good(), good().claim("admin", "true")))
        .invalid("a space more, same signature", SignatureRows::spaced)
        .invalid("signed without the dot", SignatureRows::withoutDot)
        .invalid("signed over the decoded JSON", SignatureRows::overJson)
        .invalid("expired, with a bad signature", () -> expired().signedBy(Keys.theirs()).text())
        .invalid("expired, without a signature", () -> expired().unsigned());
    toRsa(rows.to(Setup.RSA));
    ecdsa(rows.to(Setup.MIXED));
    edwards(rows);
    return rows;
  }

  private static void toRsa(Rows rows) {
    BigInteger n = ((RSAPublicKey) Keys.RSA.getPublic()).getModulus();
    rows.invalid("RS256, signature zero", () -> rsa(fixed(new byte[256])).text())
        .invalid("RS256, signature one", () -> rsa(fixed(unsigned(BigInteger.ONE, 256))).text())
        .invalid("RS256, signature the modulus", () -> rsa(fixed(unsigned(n, 256))).text())
        .invalid(
            "RS256, signature plus the modulus",
            () -> changed(rsa(rs256(Keys.RSA)), s -> unsigned(new BigInteger(1, s).add(n), 257)))
        .invalid(
            "RS256, a zero byte before it",
            () -> changed(rsa(rs256(Keys.RSA)), s -> unsigned(new BigInteger(1, s), 257)))
        .invalid(
            "RS256, a zero byte behind it",
            () -> changed(rsa(rs256(Keys.RSA)), s -> Arrays.copyOf(s, 257)))
        .invalid("RS256, empty", () -> rsa(fixed()).text())
        .invalid("RS256, a bit flipped", () -> changed(rsa(rs256(Keys.RSA)), flip(1000)))
        .invalid(
            "RS256, expired, another key", () -> rsa(rs256(Keys.THEIR_RSA)).in("exp", -1).text());
  }

  private static void ecdsa(Rows rows) {
    BigInteger n = Keys.P256_ORDER;
    rows.invalid("ES256, r = s = 0", () -> es(fixed(new byte[64])).text())
        .invalid("ES256, r = 0, s = 1", () -> es(pair(BigInteger.ZERO, BigInteger.ONE)).text())
        .invalid("ES256, r = 1, s = 0", () -> es(pair(BigInteger.ONE, BigInteger.ZERO)).text())
        .invalid("ES256, r = s = n", () -> es(pair(n, n)).text())
        .invalid(
            "ES256, r = s = n - 1",
            () -> es(pair(n.subtract(BigInteger.ONE), n.subtract(BigInteger.ONE))).text())
        .invalid("ES256, all bits set", () -> es(fixed(ones(64))).text())
        .invalid(
            "ES256, DER instead of r and s",
            () -> es(with("SHA256withECDSA", Keys.EC, null)).text())
        .invalid(
            "ES256, zeros in DER", () -> es(fixed(new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0})).text())
        .invalid("ES256, 63 bytes", () -> changed(es(es256(Keys.EC)), s -> Arrays.copyOf(s, 63)))
        .invalid("ES256, 65 bytes", () -> changed(es(es256(Keys.EC)), s -> Arrays.copyOf(s, 65)))
        .invalid("ES256, 0 bytes", () -> es(fixed()).text())
        .invalid(
            "ES256, r and s in 33 bytes each",
            () -> changed(es(es256(Keys.EC)), SignatureRows::widened))
        .invalid(
            "ES256, r and s swapped",
            () -> changed(es(es256(Keys.EC)), SignatureRows::halvesSwapped))
        .invalid("ES256, another key", () -> es(es256(Keys.THEIR_EC)).text())
        .invalid("ES256 with a key on P-384", () -> es(es256(Keys.THEIR_P384)).text())
        .invalid(
            "ES384 with a key on P-384",
            () -> good("ES384", with("SHA384withECDSAinP1363Format", Keys.THEIR_P384, null)).text())
        .invalid(
            "ES384 with the key on P-256",
            () -> good("ES384", with("SHA384withECDSAinP1363Format", Keys.EC, null)).text());
  }

  private static void edwards(Rows rows) {
    rows.invalid("EdDSA, all zero", () -> ed(fixed(new byte[64])).text())
        .invalid("EdDSA, all bits set", () -> ed(fixed(ones(64))).text())
        .invalid("EdDSA, R of small order, S = 0", () -> ed(fixed(identity())).text())
        .invalid(
            "EdDSA, S plus the order",
            () -> changed(ed(edDsa(Keys.EDWARDS)), SignatureRows::plusOrder))
        .invalid(
            "EdDSA, 63 bytes", () -> changed(ed(edDsa(Keys.EDWARDS)), s -> Arrays.copyOf(s, 63)))
        .invalid(
            "EdDSA, 65 bytes", () -> changed(ed(edDsa(Keys.EDWARDS)), s -> Arrays.copyOf(s, 65)))
        .invalid("EdDSA, empty", () -> ed(fixed()).text())
        .invalid("EdDSA, a bit flipped", () -> changed(ed(edDsa(Keys.EDWARDS)), flip(3)))
        .invalid("EdDSA, another key", () -> ed(edDsa(Keys.THEIR_EDWARDS)).text());
  }

  // --- tokens -----------------------------------------------------------------------------------

  private static HostileToken rsa(Keys.Signer signer) {
    return good("RS256", signer);
  }

  private static HostileToken es(Keys.Signer signer) {
    return good("ES256", signer);
  }

  private static HostileToken ed(Keys.Signer signer) {
    return good("EdDSA", signer);
  }

  private static HostileToken expired() {
    return good().in("exp", -1);
  }

  private static Keys.Signer noSecret() {
    // HMAC fills a key up with zeros, so one zero is what no bytes are.
    return Keys.mac("HmacSHA256", new byte[1]);
  }

  private static String ofAnother() {
    return good().content() + '.' + good().claim("user_id", "\"43\"").text().split("\\.", -1)[2];
  }

  private static String withAnotherHeader() {
    String token = good().text();
    return base64("{\"typ\":\"JWT\",\"alg\":\"HS256\"}") + token.substring(token.indexOf('.'));
  }

  /** What the second says, with the signature of the first. */
  private static String swapped(HostileToken signed, HostileToken said) {
    return said.content() + '.' + signed.text().split("\\.", -1)[2];
  }

  private static String spaced() {
    HostileToken token = good();
    String signature = token.text().split("\\.", -1)[2];
    return token.payload(token.json().replace(",", ", ")).content() + '.' + signature;
  }

  private static String withoutDot() {
    String content = good().content();
    return content + '.' + good().signed(content.replace(".", "")).split("\\.", -1)[1];
  }

  private static String overJson() {
    HostileToken token = good();
    String signed = token.signed(token.json());
    return token.content() + signed.substring(signed.lastIndexOf('.'));
  }

  // --- signatures -------------------------------------------------------------------------------

  private static String changed(HostileToken token, UnaryOperator<byte[]> change) {
    return token.signature(s -> base64(change.apply(Base64.getUrlDecoder().decode(s))));
  }

  private static String changedText(Function<byte[], String> change) {
    return good().signature(s -> change.apply(Base64.getUrlDecoder().decode(s)));
  }

  private static UnaryOperator<byte[]> flip(int bit) {
    return signature -> {
      signature[bit / 8] ^= (byte) (0x80 >> bit % 8);
      return signature;
    };
  }

  private static Keys.Signer pair(BigInteger r, BigInteger s) {
    byte[] both = Arrays.copyOf(unsigned(r, 32), 64);
    System.arraycopy(unsigned(s, 32), 0, both, 32, 32);
    return fixed(both);
  }

  private static byte[] ones(int length) {
    byte[] ones = new byte[length];
    Arrays.fill(ones, (byte) 0xff);
    return ones;
  }

  private static byte[] widened(byte[] signature) {
    byte[] wide = new byte[66];
    System.arraycopy(signature, 0, wide, 1, 32);
    System.arraycopy(signature, 32, wide, 34, 32);
    return wide;
  }

  private static byte[] halvesSwapped(byte[] signature) {
    byte[] swapped = new byte[64];
    System.arraycopy(signature, 0, swapped, 32, 32);
    System.arraycopy(signature, 32, swapped, 0, 32);
    return swapped;
  }

  /** The neutral element as R, and nothing as S. */
  private static byte[] identity() {
    byte[] signature = new byte[64];
    signature[0] = 1;
    return signature;
  }

  /** The same point by another number, which RFC 8032 §5.1.7 forbids. */
  private static byte[] plusOrder(byte[] signature) {
    byte[] big = new byte[32];
    for (int i = 0; i < 32; i++) {
      big[i] = signature[63 - i];
    }
    byte[] sum = unsigned(new BigInteger(1, big).add(Keys.ED25519_ORDER), 32);
    for (int i = 0; i < 32; i++) {
      signature[63 - i] = sum[i];
    }
    return signature;
  }
}
