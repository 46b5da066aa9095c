package io.drawbridge.auth.bridge;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The addresses that one session listens to. */
final class Registrations {
  /** Of a session, besides its user's own. */
  static final int MOST = 1_000;

  private final Bridge bridge;
  private final BridgeSession session;

  /** Always listened to. */
  private final String own;

  private final Map<String, Registration> byAddress = new HashMap<>(4);

  Registrations(Bridge bridge, BridgeSession session, String own) {
    this.bridge = bridge;
    this.session = session;
    this.own = own;
  }

  boolean isOwn(String address) {
    return own.equals(address);
  }

  boolean has(String address) {
    return byAddress.containsKey(address);
  }

  boolean isFull() {
    return byAddress.size() > MOST;
  }

  /** Begins to listen to an address that is not listened to yet; where it is heard from now on. */
  Audience add(String address, Duration answerWithin) {
    Registration registration = new Registration(session, answerWithin);
    byAddress.put(address, registration);
    return bridge.join(address, registration);
  }

  /** Its user's own, unless it is listened to already. */
  Optional<Audience> addOwn(Duration answerWithin) {
    return has(own) ? Optional.empty() : Optional.of(add(own, answerWithin));
  }

  void remove(String address) {
    Registration removed = byAddress.remove(address);
    if (removed != null) {
      bridge.leave(address, removed);
    }
  }

  /** Ends those that are not allowed any more; which they were. */
  List<String> keepOnly(Predicate<String> allowed) {
    List<String> lost =
        byAddress.keySet().stream()
            .filter(address -> !isOwn(address) && !allowed.test(address))
            .toList();
    lost.forEach(this::remove);
    return lost;
  }

  /** All but its user's own. */
  List<String> addresses() {
    return byAddress.keySet().stream().filter(address -> !isOwn(address)).toList();
  }

  void clear() {
    byAddress.forEach(bridge::leave);
    byAddress.clear();
  }
}
