package io.drawbridge.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the files of {@code tls} or {@code cluster.tls}, and tells all that is wrong with them. */
public final class TlsFiles {
  /** A chain of certificates, or a list of authorities, is far smaller. */
  private static final int LARGEST = 1024 * 1024;

  private static final int FINGERPRINT_DIGITS = 12;

  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  private final TlsSettings settings;

  private TlsFiles(TlsSettings settings) {
    this.settings = settings;
  }

  /**
   * What the files hold.
   *
   * @param material null where TLS is off, and where there are problems
   * @param problems why it can't be used
   * @param warnings what the operator should know; often empty
   */
  public record Contents(
      @Nullable TlsMaterial material, List<Problem> problems, List<Problem> warnings) {
    public Contents {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Reads and checks them: takes milliseconds, and waits for the disk.
   *
   * @param now to tell what has expired
   */
  public static Contents read(TlsSettings settings, Instant now) {
    TlsFiles files = new TlsFiles(settings);
    TlsMaterial material = files.material(now);
    return new Contents(files.problems.isEmpty() ? material : null, files.problems, files.warnings);
  }

  private @Nullable TlsMaterial material(Instant now) {
    Path cert = settings.cert();
    Path key = settings.key();
    if (cert == null || key == null) {
      return null;
    }
    List<X509Certificate> chain = certificates(settings.path("cert"), cert, now);
    PrivateKey privateKey = chain.isEmpty() ? null : key(key, chain.get(0));
    Path clientCa = settings.clientCa();
    List<X509Certificate> authorities =
        clientCa == null ? List.of() : certificates(settings.caPath(), clientCa, now);
    checkOrder(chain, cert);
    if (privateKey == null) {
      return null;
    }
    return new TlsMaterial(
        pem(chain),
        new Secret(pem("PRIVATE KEY", privateKey.getEncoded())),
        clientCa == null ? null : pem(authorities),
        fingerprint(chain.get(0)));
  }

  // --- certificates -----------------------------------------------------------------------------

  private List<X509Certificate> certificates(String path, Path file, Instant now) {
    List<X509Certificate> found = new ArrayList<>();
    try {
      for (Certificate each : parsed(text(file))) {
        if (each instanceof X509Certificate certificate) {
          found.add(certificate);
          checkTimes(path, file, certificate, now);
        }
      }
      if (found.isEmpty()) {
        problem(path, file + " holds no certificate in PEM");
      }
    } catch (BadValue bad) {
      problem(path, bad.why());
    } catch (CertificateException broken) {
      problem(path, file + " is not a certificate in PEM");
    }
    return found;
  }

  private static List<Certificate> parsed(String text) throws CertificateException {
    List<Certificate> found = new ArrayList<>();
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (byte[] der : Pem.blocks(text, "CERTIFICATE")) {
      found.add(factory.generateCertificate(new ByteArrayInputStream(der)));
    }
    return found;
  }

  private void checkTimes(String path, Path file, X509Certificate certificate, Instant now) {
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isAfter(end)) {
      warning(path, file + " has expired on " + end);
    } else if (now.isBefore(certificate.getNotBefore().toInstant())) {
      warning(path, file + " is not valid before " + certificate.getNotBefore().toInstant());
    }
  }

  private void checkOrder(List<X509Certificate> chain, Path file) {
    for (int i = 1; i < chain.size(); i++) {
      if (!chain
          .get(i - 1)
          .getIssuerX500Principal()
          .equals(chain.get(i).getSubjectX500Principal())) {
        warning(
            settings.path("cert"),
            file + ": certificate " + (i + 1) + " did not sign the one before it");
      }
    }
  }

  // --- the key ----------------------------------------------------------------------------------

  private @Nullable PrivateKey key(Path file, X509Certificate certificate) {
    try {
      PrivateKey key = PrivateKeyText.parse(text(file), certificate.getPublicKey());
      if (!PrivateKeyText.matches(key, certificate.getPublicKey())) {
        throw new BadValue(file + " is not the key of the certificate in " + settings.path("cert"));
      }
      if (OwnerOnly.isReadByOthers(file)) {
        warning(settings.path("key"), file + " may be read by other users; mode 0600 keeps it");
      }
      return key;
    } catch (BadValue bad) {
      String why = bad.why();
      problem(settings.path("key"), why.contains(file.toString()) ? why : file + " " + why);
    } catch (GeneralSecurityException broken) {
      problem(
          settings.path("key"),
          file + " is not the key of the certificate in " + settings.path("cert"));
    }
    return null;
  }

  // --- text -------------------------------------------------------------------------------------

  private static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new BadValue(file + " is larger than 1 MiB");
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException missing) {
      throw new BadValue("there is no file " + file);
    } catch (AccessDeniedException denied) {
      throw new BadValue(file + " may not be read by this user");
    } catch (IOException broken) {
      throw new BadValue(file + " can't be read: " + broken.getMessage());
    }
  }

  private static String pem(List<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    try {
      for (X509Certificate each : certificates) {
        text.append(pem("CERTIFICATE", each.getEncoded()));
      }
      return text.toString();
    } catch (CertificateException e) {
      throw new IllegalStateException("what was read can be written", e);
    }
  }

  private static String pem(String type, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, body, type);
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(hash).substring(0, FINGERPRINT_DIGITS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private void problem(String path, String message) {
    problems.add(new Problem(path, message));
  }

  private void warning(String path, String message) {
    warnings.add(new Problem(path, message));
  }
}
