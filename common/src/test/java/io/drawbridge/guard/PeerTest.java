package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeerTest {

  @Test
  void isAnAddressUntilItIsKnownWhoItIs() {
    assertThat(Peer.of("192.0.2.1")).isEqualTo(new Peer("192.0.2.1", null, null));
  }

  @Test
  void isUnknownWhereItsAddressIs() {
    assertThat(Peer.of("").address()).isEqualTo("unknown");
  }
}
