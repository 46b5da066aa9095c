package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilesTest {
  private static TestCertificates certificates;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void make() throws Exception {
    certificates = TestCertificates.shared();
  }

  @BeforeEach
  void write() throws Exception {
    write("cert.pem", certificates.certificate("server"));
    write("key.pem", certificates.key("server"));
  }

  @Test
  void readsWhatGoesTogether() throws Exception {
    write("ca.pem", certificates.certificate("ca") + "\n" + certificates.certificate("other"));

    TlsFiles.Contents contents = read("ca.pem");

    assertThat(contents.problems()).isEmpty();
    assertThat(contents.warnings()).isEmpty();
    TlsMaterial material = material(contents);
    assertThat(material).isEqualTo(material(read("ca.pem")));
    assertThat(material.clientCa()).isEqualTo(text("ca.pem").replace("\n\n", "\n"));
    assertThat(material.fingerprint()).matches("[0-9a-f]{12}");
    assertThat(material.toString()).doesNotContain("PRIVATE");
  }

  @Test
  void isNothingWhereTlsIsOff() {
    TlsFiles.Contents contents =
        TlsFiles.read(new TlsSettings(null, null, null, "tls"), Instant.EPOCH);

    assertThat(contents.material()).isNull();
    assertThat(contents.problems()).isEmpty();
  }

  @Test
  void leavesOutWhatStandsAroundTheBlocks() throws Exception {
    write("cert.pem", "subject=CN = server\n\n" + certificates.certificate("server") + "\nthe end");

    assertThat(read(null).problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "rsa"})
  void readsTheOlderFormsOfAKeyToo(String name) throws Exception {
    write("cert.pem", certificates.certificate(name));
    write("key.pem", certificates.key(name));
    TlsMaterial whole = material(read(null));
    write("key.pem", older(name));

    assertThat(text("key.pem")).contains(name.equals("rsa") ? "BEGIN RSA" : "BEGIN EC");
    assertThat(material(read(null)).cert()).isEqualTo(whole.cert());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cert.pem", "key.pem"})
  void saysWhichFileIsMissing(String name) throws IOException {
    Files.delete(folder.resolve(name));

    assertThat(problems())
        .containsExactly(path(name) + ": there is no file " + folder.resolve(name));
  }

  @Test
  void saysWhichFileIsJunk() throws IOException {
    write("cert.pem", "junk");
    write("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

    assertThat(read("ca.pem").problems().stream().map(Problem::toString))
        .containsExactly(
            "tls.cert: " + folder.resolve("cert.pem") + " holds no certificate in PEM",
            "tls.clientCa: " + folder.resolve("ca.pem") + " is not a certificate in PEM");
  }

  @Test
  void refusesTheKeyOfAnother() throws Exception {
    write("key.pem", certificates.key("other"));

    assertThat(problems())
        .containsExactly(
            "tls.key: "
                + folder.resolve("key.pem")
                + " is not the key of the certificate in tls.cert");
  }

  @Test
  void namesTheKeysOfTheNodesWhereItReadsTheirs() throws Exception {
    write("key.pem", certificates.key("other"));
    write("ca.pem", "junk");
    Path cert = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    Path ca = folder.resolve("ca.pem");

    assertThat(
            TlsFiles.read(new TlsSettings(cert, key, ca, "cluster.tls"), Instant.now()).problems())
        .extracting(Problem::toString)
        .containsExactly(
            "cluster.tls.key: " + key + " is not the key of the certificate in cluster.tls.cert",
            "cluster.tls.ca: " + ca + " holds no certificate in PEM");
  }

  @Test
  void refusesAKeyOfAnotherKind() throws Exception {
    write("key.pem", certificates.key("rsa"));

    assertThat(problems())
        .containsExactly("tls.key: " + folder.resolve("key.pem") + " is no valid EC private key");
  }

  @Test
  void refusesAKeyWithAPassword() throws Exception {
    write("key.pem", certificates.key("server").replace("PRIVATE", "ENCRYPTED PRIVATE"));

    assertThat(problems())
        .containsExactly(
            "tls.key: "
                + folder.resolve("key.pem")
                + " has a password; take it away, and make the file mode 0600");
  }

  @Test
  void noProblemTellsWhatAFileHolds() throws Exception {
    String secret = certificates.key("server").replace("PRIVATE KEY", "SECRET KEY");
    write("key.pem", secret);
    write("cert.pem", certificates.certificate("server") + secret);

    assertThat(problems().toString()).doesNotContain(secret.substring(40, 60));
  }

  @Test
  void warnsOfACertificateThatHasExpired() throws Exception {
    write("cert.pem", certificates.certificate("expired"));
    write("key.pem", certificates.key("expired"));

    assertThat(read(null).problems()).isEmpty();
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("tls.cert: " + folder.resolve("cert.pem") + " has expired on ");
  }

  @Test
  void warnsOfACertificateThatIsNotValidYet() {
    TlsFiles.Contents contents =
        TlsFiles.read(settings(null), Instant.now().minus(Duration.ofDays(9)));

    assertThat(contents.warnings())
        .singleElement()
        .asString()
        .contains("cert.pem is not valid before ");
  }

  @Test
  void warnsOfAChainInTheWrongOrder() throws Exception {
    write("cert.pem", certificates.certificate("server") + certificates.certificate("ca"));

    assertThat(warnings())
        .singleElement()
        .asString()
        .endsWith("cert.pem: certificate 2 did not sign the one before it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw-r-----", "rw----r--"})
  void warnsOfAKeyThatOthersMayRead(String mode) throws IOException {
    Files.setPosixFilePermissions(folder.resolve("key.pem"), PosixFilePermissions.fromString(mode));

    assertThat(warnings())
        .containsExactly(
            "tls.key: "
                + folder.resolve("key.pem")
                + " may be read by other users; mode 0600 keeps it");
  }

  // --- helpers ----------------------------------------------------------------------------------

  /** PKCS#1 or SEC 1: what PKCS#8 has as its last element. */
  private static String older(String name) throws Exception {
    PrivateKey key = certificates.privateKey(name);
    byte[] whole = key.getEncoded();
    // Behind headers of known sizes for a key of 2,048 bits.
    int tag = name.equals("rsa") ? 26 : lastOctetString(whole);
    return TestCertificates.pem(
        name.equals("rsa") ? "RSA PRIVATE KEY" : "EC PRIVATE KEY",
        Arrays.copyOfRange(whole, tag, whole.length));
  }

  /** Where the content of the octet string behind the algorithm of a short key begins. */
  private static int lastOctetString(byte[] pkcs8) {
    int algorithm = 2 + 3;
    int end = algorithm + 2 + pkcs8[algorithm + 1];
    return end + 2;
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.deleteIfExists(file);
    Files.createFile(file, OwnerOnly.FILE);
    Files.writeString(file, text);
  }

  private String text(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  private static String path(String name) {
    return "tls." + name.replace(".pem", "");
  }

  private TlsSettings settings(@Nullable String clientCa) {
    return new TlsSettings(
        folder.resolve("cert.pem"),
        folder.resolve("key.pem"),
        clientCa == null ? null : folder.resolve(clientCa),
        "tls");
  }

  private TlsFiles.Contents read(@Nullable String clientCa) {
    return TlsFiles.read(settings(clientCa), Instant.now());
  }

  private static TlsMaterial material(TlsFiles.Contents contents) {
    assertThat(contents.problems()).isEmpty();
    return Objects.requireNonNull(contents.material());
  }

  private List<String> problems() {
    TlsFiles.Contents contents = read(null);
    assertThat(contents.material()).isNull();
    return contents.problems().stream().map(Problem::toString).toList();
  }

  private List<String> warnings() {
    return read(null).warnings().stream().map(Problem::toString).toList();
  }
}
