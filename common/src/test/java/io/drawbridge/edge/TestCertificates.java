package io.drawbridge.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.config.TlsFiles;
import io.drawbridge.config.TlsMaterial;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Certificates and keys, made once by the JDK's {@code keytool}. */
public final class TestCertificates {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static @Nullable TestCertificates shared;

  private final Path folder;
  private final KeyStore store;

  private TestCertificates(Path folder, KeyStore store) {
    this.folder = folder;
    this.store = store;
  }

  /**
   * {@code server}, {@code other} and {@code rsa}: three servers; {@code ca} with {@code client}
   * and {@code signed}, a server, that it signed, and {@code stranger} that it did not.
   */
  public static synchronized TestCertificates shared() throws Exception {
    if (shared == null) {
      Path folder = Files.createTempDirectory("drawbridge-certificates");
      folder.toFile().deleteOnExit();
      Path file = folder.resolve("store.p12");
      file.toFile().deleteOnExit();
      make(file, "server", "-keyalg", "EC", "-groupname", "secp256r1");
      make(file, "other", "-keyalg", "EC", "-groupname", "secp256r1");
      make(file, "rsa", "-keyalg", "RSA", "-keysize", "2048");
      make(file, "expired", "-keyalg", "EC", "-groupname", "secp256r1", "-startdate", "-10d");
      make(file, "ca", "-keyalg", "EC", "-groupname", "secp256r1", "-ext", "bc=ca:true");
      make(file, "signed", "-keyalg", "EC", "-groupname", "secp256r1", "-signer", "ca");
      make(file, "client", "-keyalg", "EC", "-groupname", "secp256r1", "-signer", "ca");
      make(file, "stranger", "-keyalg", "EC", "-groupname", "secp256r1");
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        store.load(in, PASSWORD);
      }
      shared = new TestCertificates(folder, store);
    }
    return shared;
  }

  private static void make(Path file, String name, String... more) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keystore", file.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", new String(PASSWORD), "-alias", name));
    command.addAll(List.of("-dname", "CN=" + name, "-validity", "5"));
    command.addAll(List.of("-ext", "san=dns:localhost,ip:127.0.0.1"));
    command.addAll(List.of(more));
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    String told = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).as(told).isZero();
  }

  // --- as files ---------------------------------------------------------------------------------

  /** A certificate in PEM. */
  public String certificate(String name) throws GeneralSecurityException {
    return pem("CERTIFICATE", certificateOf(name).getEncoded());
  }

  public X509Certificate certificateOf(String name) throws GeneralSecurityException {
    return (X509Certificate) store.getCertificate(name);
  }

  /** A private key in PEM, PKCS#8. */
  public String key(String name) throws GeneralSecurityException {
    return pem("PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded());
  }

  public PrivateKey privateKey(String name) throws GeneralSecurityException {
    return (PrivateKey) store.getKey(name, PASSWORD);
  }

  public static String pem(String type, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
  }

  // --- as an edge takes them --------------------------------------------------------------------

  /** Of the server named {@code server}, which asks for no client certificate. */
  public TlsMaterial server() throws Exception {
    return material("server", false);
  }

  public TlsMaterial material(String name, boolean askClients) throws Exception {
    Path files = Files.createTempDirectory(folder, name);
    try {
      Files.writeString(files.resolve("cert.pem"), certificate(name));
      Files.writeString(files.resolve("key.pem"), key(name));
      Files.writeString(files.resolve("ca.pem"), certificate("ca"));
      Map<String, String> keys = new HashMap<>();
      keys.put("tls.cert", files.resolve("cert.pem").toString());
      keys.put("tls.key", files.resolve("key.pem").toString());
      if (askClients) {
        keys.put("tls.clientCa", files.resolve("ca.pem").toString());
      }
      TlsFiles.Contents contents = TlsFiles.read(settings(keys).tls(), Instant.now());
      assertThat(contents.problems()).isEmpty();
      return Objects.requireNonNull(contents.material());
    } finally {
      for (String each : List.of("cert.pem", "key.pem", "ca.pem")) {
        Files.deleteIfExists(files.resolve(each));
      }
      Files.delete(files);
    }
  }

  private static Settings settings(Map<String, String> keys) {
    SettingsResult result = SettingsReader.read(null, Map.of(), keys);
    assertThat(result).isInstanceOf(SettingsResult.Loaded.class);
    return ((SettingsResult.Loaded) result).settings();
  }

  // --- as a client has them ---------------------------------------------------------------------

  /** One that takes any server's certificate, and has none of its own. */
  public TlsClient client() throws GeneralSecurityException {
    return new TlsClient(context(new KeyManager[0]));
  }

  /** One that shows this certificate. */
  public TlsClient client(String name) throws GeneralSecurityException, IOException {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, PASSWORD);
    Certificate[] chain = store.getCertificateChain(name);
    own.setKeyEntry(name, store.getKey(name, PASSWORD), PASSWORD, chain);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD);
    var manager = (X509ExtendedKeyManager) keys.getKeyManagers()[0];
    return new TlsClient(context(new KeyManager[] {new Eager(manager, name)}));
  }

  /** One that believes in the authorities that Java comes with, and hence in no server of ours. */
  public TlsClient doubtful() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    return new TlsClient(context);
  }

  private static SSLContext context(KeyManager[] keys) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {new Trusting()}, null);
    return context;
  }

  /** Shows its certificate whether the server knows who signed it or not. */
  private static final class Eager extends X509ExtendedKeyManager {
    private final X509ExtendedKeyManager keys;
    private final String name;

    Eager(X509ExtendedKeyManager keys, String name) {
      this.keys = keys;
      this.name = name;
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return name;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return keys.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey(alias);
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {name};
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return name;
    }
  }

  private static final class Trusting extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
