package io.drawbridge.edge;

import io.drawbridge.admission.AddressRules;
import io.drawbridge.admission.Admission;
import io.drawbridge.admission.BanCheck;
import io.drawbridge.admission.Check;
import io.drawbridge.admission.ConnectRateCheck;
import io.drawbridge.admission.Handshake;
import io.drawbridge.admission.OriginCheck;
import io.drawbridge.admission.TrustedProxies;
import io.drawbridge.admission.UpgradeCheck;
import io.drawbridge.admission.Verdict;
import io.drawbridge.config.FirewallSettings;
import io.drawbridge.guard.Edge;
import io.drawbridge.guard.Guard;

/**
 * What one edge asks of whoever comes, by the settings now in force: sockets before TLS, WebSocket
 * handshakes, and requests that are none. A new connection is counted once, as early as it can be.
 */
final class Gates {
  private final Gateway gateway;
  private final Guard guard;
  private final TrustedProxies proxies;
  private final Check notDraining;

  private Admission beforeTls = new Admission();
  private Admission handshakes = new Admission();
  private Admission countedHandshakes = new Admission();
  private Admission requests = new Admission();
  private Admission countedRequests = new Admission();

  Gates(Gateway gateway, Guard guard, TrustedProxies proxies, Check notDraining) {
    this.gateway = gateway;
    this.guard = guard;
    this.proxies = proxies;
    this.notDraining = notDraining;
  }

  /** Puts other settings in force. */
  void reload(Edge edge, FirewallSettings firewall) {
    Check upgrade = new UpgradeCheck();
    Check rules = new AddressRules(firewall.allow(), firewall.deny());
    Check bans = new BanCheck(guard);
    Check origins = new OriginCheck(firewall.origins());
    Check rate = new ConnectRateCheck(gateway.connectRates(), edge);
    // The last two count whom they admit: who is refused after them must leave.
    Check capacity = gateway.capacity().check(edge);
    beforeTls = new Admission(rules, bans, rate);
    handshakes = new Admission(notDraining, upgrade, proxies, rules, bans, origins, rate, capacity);
    countedHandshakes =
        new Admission(notDraining, upgrade, proxies, rules, bans, origins, capacity);
    requests = new Admission(notDraining, proxies, rules, bans, origins, rate);
    countedRequests = new Admission(notDraining, proxies, rules, bans, origins);
  }

  /** What can be asked of an address alone. */
  Admission beforeTls() {
    return beforeTls;
  }

  /**
   * A WebSocket handshake; one that is admitted has taken a place.
   *
   * @param counted whether its connection was counted before TLS
   */
  Verdict judge(Handshake handshake, boolean counted) {
    return (counted ? countedHandshakes : handshakes).judge(handshake);
  }

  /** A request that need not be a handshake; it takes no place. */
  Verdict judgePlain(Handshake request, boolean counted) {
    return (counted ? countedRequests : requests).judge(request);
  }
}
