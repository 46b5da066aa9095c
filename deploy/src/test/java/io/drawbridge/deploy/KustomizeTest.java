package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drawbridge.config.Settings;
import io.drawbridge.config.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What kustomize makes of the files for Kubernetes. */
class KustomizeTest {
  private static final List<String> FOLDERS =
      List.of("base", "components/autoscaling", "components/bus-tls", "overlays/complete");

  /** Not for kustomize. */
  private static final String ADAPTER = "adapter-rules.yaml";

  @Test
  void everyFileIsNamedAndEveryNameIsAFile() throws IOException {
    for (String folder : FOLDERS) {
      Path path = KubernetesTest.KUBERNETES.resolve(folder);
      JsonNode kustomization = ShippedFiles.documents(path.resolve("kustomization.yaml")).get(0);
      List<String> named =
          Stream.of("/resources", "/components", "/configMapGenerator/0/files")
              .flatMap(list -> ShippedFiles.texts(kustomization.at(list)).stream())
              .toList();
      assertThat(named).allSatisfy(each -> assertThat(path.resolve(each)).exists());
      try (Stream<Path> files = Files.list(path)) {
        assertThat(
                files
                    .map(file -> file.getFileName().toString())
                    .filter(file -> !file.equals("kustomization.yaml") && !file.equals(ADAPTER)))
            .allSatisfy(file -> assertThat(named).contains(file));
      }
    }
  }

  /**
   * Skipped in continuous integration, too, where there is no kubectl: Debian 12 has none that
   * knows components.
   */
  private static List<JsonNode> rendered(String folder) throws IOException, InterruptedException {
    try {
      ForeignProgram.Outcome outcome =
          ForeignProgram.run(KubernetesTest.KUBERNETES, List.of("kubectl", "kustomize", folder));
      if (outcome.text().contains("unknown field")) {
        throw new IOException("too old: " + outcome.text().strip());
      }
      assertThat(outcome.status()).as(outcome.text()).isZero();
      return ShippedFiles.documents(outcome.text());
    } catch (IOException e) {
      throw ForeignProgram.skipped("needs kubectl, 1.27 or later: " + e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/complete"})
  void whatItRendersIsAsTheTypesOfKubernetesSay(String folder) throws Exception {
    for (JsonNode each : rendered(folder)) {
      if (!each.get("kind").asText().equals("PodMonitor")) {
        assertThat(KubernetesTypes.fault(each)).isEmpty();
      }
      if (!each.get("kind").asText().equals("Namespace")) {
        assertThat(each.at("/metadata/namespace").asText()).isEqualTo("drawbridge");
      }
    }
  }

  @Test
  void thePodsGetTheSettingsAsTheyAre() throws Exception {
    JsonNode map = KubernetesTest.ofKind(rendered("base"), "ConfigMap").get(0);

    assertThat(map.at("/metadata/name").asText()).isEqualTo("drawbridge");
    assertThat(map.at("/data/drawbridge.yaml").asText())
        .isEqualTo(Files.readString(KubernetesTest.BASE.resolve("drawbridge.yaml")));
  }

  @Test
  void theCompleteOneEncryptsTheEventBusAndScalesByItself() throws Exception {
    List<JsonNode> deployments = KubernetesTest.ofKind(rendered("overlays/complete"), "Deployment");

    assertThat(deployments).hasSize(3);
    for (JsonNode deployment : deployments) {
      Settings settings = KubernetesTest.settings(deployment);
      JsonNode pod = deployment.at("/spec/template/spec");
      TlsSettings tls = settings.cluster().tls();
      assertThat(Arrays.asList(tls.cert(), tls.key(), tls.clientCa()))
          .containsExactly(
              Path.of("/etc/drawbridge-bus-tls/tls.crt"),
              Path.of("/etc/drawbridge-bus-tls/tls.key"),
              Path.of("/etc/drawbridge-bus-tls/ca.crt"));
      assertThat(pod.at("/volumes").toString()).contains("\"secretName\":\"drawbridge-bus-tls\"");
      assertThat(pod.at("/containers/0/volumeMounts").toString())
          .contains("\"/etc/drawbridge-bus-tls\"");
      assertThat(deployment.at("/spec").has("replicas")).isFalse();
      assertThat(pod.at("/containers/0/image").asText())
          .isEqualTo("registry.example/drawbridge:0.1.0");
    }
  }
}
