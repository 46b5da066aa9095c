package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.TlsMaterial;
import io.drawbridge.deploy.TestSettings;
import io.drawbridge.edge.TestCertificates;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import java.net.InetAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BusOptionsTest {

  @Test
  void listensWhereTheOthersCall() throws Exception {
    EventBusOptions bus = options(null);

    assertThat(bus.getHost()).isEqualTo("10.0.0.7");
    assertThat(bus.getClusterPublicHost()).isEqualTo("10.0.0.7");
    assertThat(bus.getPort()).isEqualTo(7);
    assertThat(bus.getClusterNodeMetadata().getString(BusOptions.NAME)).isEqualTo("node-7");
    assertThat(bus.isSsl()).isFalse();
  }

  @Test
  void givesUpOnANodeThatDoesNotAnswer() throws Exception {
    EventBusOptions bus = options(null);

    assertThat(bus.getConnectTimeout()).isEqualTo(2_000);
    assertThat(bus.getClusterPingInterval()).isEqualTo(2_000);
    assertThat(bus.getClusterPingReplyInterval()).isEqualTo(5_000);
  }

  @Test
  void asksEachNodeForItsCertificate() throws Exception {
    EventBusOptions bus = options(TestCertificates.shared().material("signed", true));

    assertThat(bus.isSsl()).isTrue();
    assertThat(bus.getClientAuth()).isEqualTo(ClientAuth.REQUIRED);
    assertThat(bus.isTrustAll()).isFalse();
    assertThat(bus.getTrustOptions()).isNotNull();
    assertThat(bus.getKeyCertOptions()).isNotNull();
  }

  private static EventBusOptions options(@Nullable TlsMaterial tls) throws Exception {
    return BusOptions.of(
        TestSettings.of(Path.of(""), "cluster.busPort", "7").cluster(),
        InetAddress.getAllByName("10.0.0.7")[0],
        tls,
        "node-7");
  }
}
