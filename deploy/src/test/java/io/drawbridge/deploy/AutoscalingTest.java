package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drawbridge.config.Role;
import io.drawbridge.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The autoscalers, from the series that a server shows to the metric that they go by. */
class AutoscalingTest {
  private static final Path FOLDER = KubernetesTest.KUBERNETES.resolve("components/autoscaling");
  private static final Pattern SERIES = Pattern.compile("([a-z_]+)\\{namespace!=\"\",pod!=\"\"}");

  @TempDir private Path folder = Path.of("");

  private static List<JsonNode> rules() throws IOException {
    return ShippedFiles.items(
        ShippedFiles.documents(FOLDER.resolve("adapter-rules.yaml")).get(0).get("rules"));
  }

  private static List<JsonNode> scalers() throws IOException {
    return ShippedFiles.documents(FOLDER.resolve("scaling.yaml"));
  }

  private static String series(JsonNode rule) {
    Matcher query = SERIES.matcher(rule.get("seriesQuery").asText());
    assertThat(query.matches()).isTrue();
    return query.group(1);
  }

  @Test
  void scalersAreAsTheTypesOfKubernetesSay() throws Exception {
    for (JsonNode each : scalers()) {
      assertThat(KubernetesTypes.fault(each)).isEmpty();
    }
  }

  @Test
  void theMonitorIsAsTheOperatorOfPrometheusSays() throws Exception {
    assertThat(ShippedFiles.lint("prometheus-operator", FOLDER.resolve("metrics.yaml")))
        .isEqualTo("exit 0");
  }

  @Test
  void theRulesAreMadeOfSeriesThatAServerShows() throws Exception {
    Settings settings = TestSettings.of(folder);
    Server server = Servers.start(settings);
    try {
      JdkClient client = JdkClient.connect(server.port(Role.ECHO));
      client.send("hi").expect("Server received: hi");
      String shown = Servers.get(server.port(Role.OPS), "/metrics").body();
      client.close();

      for (JsonNode rule : rules()) {
        assertThat(shown).containsPattern("(?m)^" + series(rule) + "[ {]");
      }
    } finally {
      Servers.await(server.stop());
    }
  }

  @Test
  void aCounterIsARateAndAGaugeIsNone() throws IOException {
    for (JsonNode rule : rules()) {
      boolean isCounter = series(rule).endsWith("_total");
      assertThat(rule.get("metricsQuery").asText().contains("rate(")).isEqualTo(isCounter);
      assertThat(rule.get("metricsQuery").asText())
          .contains("<<.Series>>{<<.LabelMatchers>>}")
          .endsWith("by (<<.GroupBy>>)");
      assertThat(rule.at("/resources/overrides").fieldNames())
          .toIterable()
          .containsExactly("namespace", "pod");
    }
  }

  @Test
  void everyMetricThatIsGoneByHasARule() throws IOException {
    Set<String> made = new HashSet<>();
    rules().forEach(rule -> made.add(rule.at("/name/as").asText()));
    Set<String> goneBy = new HashSet<>();
    for (JsonNode scaler : scalers()) {
      for (JsonNode metric : scaler.at("/spec/metrics")) {
        if (metric.has("pods")) {
          goneBy.add(metric.at("/pods/metric/name").asText());
        }
      }
    }

    assertThat(goneBy).isEqualTo(made).isNotEmpty();
  }

  @Test
  void everyDeploymentIsScaled() throws IOException {
    List<String> scaled = new ArrayList<>();
    for (JsonNode scaler : scalers()) {
      assertThat(scaler.at("/spec/scaleTargetRef/kind").asText()).isEqualTo("Deployment");
      assertThat(scaler.at("/spec/minReplicas").asInt()).isGreaterThanOrEqualTo(2);
      scaled.add(scaler.at("/spec/scaleTargetRef/name").asText());
    }

    assertThat(scaled)
        .containsExactlyInAnyOrderElementsOf(
            KubernetesTest.ofKind(KubernetesTest.documents(KubernetesTest.BASE), "Deployment")
                .stream()
                .map(each -> each.at("/metadata/name").asText())
                .toList());
  }

  @Test
  void prometheusReadsThePageThatThereIsWithTheAdminToken() throws IOException {
    JsonNode endpoint =
        ShippedFiles.documents(FOLDER.resolve("metrics.yaml"))
            .get(0)
            .at("/spec/podMetricsEndpoints/0");

    assertThat(endpoint.get("port").asText()).isEqualTo("ops");
    assertThat(endpoint.get("path").asText()).isEqualTo("/metrics");
    assertThat(endpoint.at("/authorization/credentials/key").asText()).isEqualTo("ops-token");
  }
}
