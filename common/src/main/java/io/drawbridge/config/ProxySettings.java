package io.drawbridge.config;

import java.util.List;

/**
 * Proxies that stand before the edges.
 *
 * @param trusted CIDRs whose Forwarded and X-Forwarded-For headers are believed
 * @param protocol connections open with a PROXY protocol header, version 1 or 2
 */
public record ProxySettings(List<String> trusted, boolean protocol) {

  public ProxySettings {
    trusted = List.copyOf(trusted);
  }

  static ProxySettings from(Section proxy) {
    return new ProxySettings(
        proxy.list("trusted", Addresses::cidr), proxy.read("protocol", Values::flag));
  }
}
