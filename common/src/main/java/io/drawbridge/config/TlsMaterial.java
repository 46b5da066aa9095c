package io.drawbridge.config;

import org.jspecify.annotations.Nullable;

/**
 * What the edges speak TLS with: the contents of the files, so that all of it changes at once. Made
 * by {@link TlsFiles}, which has checked that it goes together.
 *
 * @param cert the chain, PEM, the server's own first
 * @param key of the first certificate, PEM, PKCS#8
 * @param clientCa who may have signed a client's certificate, PEM; null asks for none
 * @param fingerprint the first 12 hex digits of the certificate's SHA-256
 */
public record TlsMaterial(String cert, Secret key, @Nullable String clientCa, String fingerprint) {}
