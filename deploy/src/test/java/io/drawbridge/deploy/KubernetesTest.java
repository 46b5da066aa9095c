package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drawbridge.config.Settings;
import io.drawbridge.deploy.cli.RunArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The files for Kubernetes: by its own types, by each other, and by what the pods would read at
 * their start. {@link KustomizeTest} and {@link AutoscalingTest} have the rest.
 */
class KubernetesTest {
  static final Path KUBERNETES = ShippedFiles.DEPLOY.resolve("kubernetes");
  static final Path BASE = KUBERNETES.resolve("base");
  private static final Map<String, String> ROLES =
      Map.of("echo", "[ECHO, OPS]", "auth", "[AUTH, OPS]", "guard", "[GUARD, OPS]");
  private static final String SELECTOR = "/spec/podSelector/matchLabels";
  private static final String ADMIN_TOKEN = "DRAWBRIDGE_OPS_TOKEN";

  private final List<JsonNode> documents = new ArrayList<>();
  private final Map<String, JsonNode> deployments = new TreeMap<>();

  @BeforeEach
  void read() throws IOException {
    documents.addAll(documents(BASE));
    ofKind(documents, "Deployment")
        .forEach(each -> deployments.put(each.at("/metadata/name").asText(), each));
  }

  /** Of a folder, without what is kustomize's and what is ours. */
  static List<JsonNode> documents(Path folder) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        ShippedFiles.documents(file).stream()
            .filter(each -> each.has("kind") && !each.at("/metadata/name").isMissingNode())
            .forEach(documents::add);
      }
    }
    return documents;
  }

  static List<JsonNode> ofKind(List<JsonNode> documents, String kind) {
    return documents.stream().filter(each -> each.get("kind").asText().equals(kind)).toList();
  }

  private JsonNode deployment(String name) {
    return Objects.requireNonNull(deployments.get(name), name);
  }

  private static JsonNode pod(JsonNode deployment) {
    return deployment.at("/spec/template/spec");
  }

  private static JsonNode container(JsonNode deployment) {
    return pod(deployment).at("/containers/0");
  }

  /** What the process of a pod would read; where a value comes from elsewhere, one that may be. */
  static Settings settings(JsonNode deployment) {
    Map<String, String> environment = new HashMap<>();
    for (JsonNode each : container(deployment).get("env")) {
      boolean isAddress = each.at("/valueFrom/fieldRef/fieldPath").asText().equals("status.podIP");
      String elsewhere = isAddress ? "192.0.2.1" : "a secret of thirty-two bytes or more";
      environment.put(each.get("name").asText(), each.path("value").asText(elsewhere));
    }
    RunArguments arguments = RunArguments.of(ShippedFiles.texts(container(deployment).get("args")));
    assertThat(arguments.config()).isEqualTo("/etc/drawbridge/drawbridge.yaml");
    return ShippedFiles.settings(BASE.resolve("drawbridge.yaml"), environment, arguments);
  }

  @Test
  void allIsAsTheTypesOfKubernetesSay() throws Exception {
    for (JsonNode document : documents) {
      assertThat(KubernetesTypes.fault(document)).isEmpty();
    }
    assertThat(documents).hasSizeGreaterThan(10);
  }

  @Test
  void aSlipOfThePenWouldBeNoticed() throws Exception {
    JsonNode wrong =
        ShippedFiles.documents(
                Files.readString(BASE.resolve("echo.yaml"))
                    .replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"))
            .get(0);

    assertThat(KubernetesTypes.fault(wrong)).contains("readOnlyRootFileSystem");
  }

  @Test
  void eachRoleIsADeploymentOfItsOwn() {
    Map<String, String> roles = new HashMap<>();
    deployments.forEach((name, each) -> roles.put(name, settings(each).roles().toString()));

    assertThat(roles).isEqualTo(ROLES);
  }

  @Test
  void aPodOpensThePortsThatItsSettingsName() {
    deployments.forEach(
        (name, deployment) -> {
          Settings settings = settings(deployment);
          Map<String, Integer> expected = new TreeMap<>();
          expected.put("ops", settings.ops().port());
          expected.put("hazelcast", settings.cluster().port());
          expected.put("event-bus", settings.cluster().busPort());
          if (name.equals("echo")) {
            expected.put("websocket", settings.echo().port());
          } else if (name.equals("auth")) {
            expected.put("websocket", settings.auth().port());
          }
          assertThat(ports(deployment)).isEqualTo(expected);
        });
  }

  private static Map<String, Integer> ports(JsonNode deployment) {
    Map<String, Integer> ports = new TreeMap<>();
    container(deployment)
        .get("ports")
        .forEach(port -> ports.put(port.get("name").asText(), port.get("containerPort").asInt()));
    return ports;
  }

  @Test
  void nodesFindEachOtherByTheHeadlessService() {
    JsonNode service =
        ofKind(documents, "Service").stream()
            .filter(each -> each.at("/spec/clusterIP").asText().equals("None"))
            .findFirst()
            .orElseThrow();

    assertThat(service.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
    deployments.forEach(
        (name, deployment) -> {
          Settings settings = settings(deployment);
          assertThat(settings.cluster().enabled()).isTrue();
          assertThat(settings.cluster().kubernetesService())
              .isEqualTo(service.at("/metadata/name").asText());
          assertThat(settings.cluster().host()).isEqualTo("192.0.2.1");
          assertSelects(service.at("/spec/selector"), deployment);
        });
  }

  private static void assertSelects(JsonNode selector, JsonNode deployment) {
    selector
        .properties()
        .forEach(
            label ->
                assertThat(deployment.at("/spec/template/metadata/labels").get(label.getKey()))
                    .isEqualTo(label.getValue()));
  }

  @Test
  void clientsReachTheEdgesByServices() {
    for (String edge : List.of("echo", "auth")) {
      JsonNode service =
          ofKind(documents, "Service").stream()
              .filter(each -> each.at("/metadata/name").asText().equals(edge))
              .findFirst()
              .orElseThrow();
      assertSelects(service.at("/spec/selector"), deployment(edge));
      assertThat(service.at("/spec/ports/0/targetPort").asText()).isEqualTo("websocket");
      assertThat(service.at("/spec/ports/0/port").asInt())
          .isEqualTo(ports(deployment(edge)).get("websocket"));
    }
  }

  @Test
  void aPodDrainsBeforeItIsKilled() {
    assertThat(deployments)
        .allSatisfy(
            (name, deployment) -> {
              List<String> preStop =
                  ShippedFiles.texts(container(deployment).at("/lifecycle/preStop/exec/command"));
              assertThat(preStop).startsWith("/bin/sleep");
              Duration needed =
                  ShippedFiles.seconds(preStop.get(1))
                      .plus(settings(deployment).drain().over())
                      .plus(ShippedFiles.TO_LEAVE);
              assertThat(pod(deployment).get("terminationGracePeriodSeconds").asLong())
                  .isGreaterThan(needed.toSeconds());
            });
  }

  @Test
  void itsHealthIsAskedByTheProbeOfTheImage() {
    assertThat(deployments)
        .allSatisfy(
            (name, deployment) -> {
              assertThat(asked(deployment, "startupProbe")).isEqualTo("/livez");
              assertThat(asked(deployment, "livenessProbe")).isEqualTo("/livez");
              assertThat(asked(deployment, "readinessProbe")).isEqualTo("/readyz");
            });
  }

  private static String asked(JsonNode deployment, String probe) {
    List<String> command = ShippedFiles.texts(container(deployment).get(probe).at("/exec/command"));
    assertThat(command).hasSize(2).startsWith("/opt/drawbridge/bin/probe");
    return command.get(1);
  }

  @Test
  void nobodyCanDoMoreThanItMust() {
    deployments.forEach(
        (name, deployment) -> {
          JsonNode pod = pod(deployment);
          assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
          assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(10001);
          assertThat(pod.at("/securityContext/seccompProfile/type").asText())
              .isEqualTo("RuntimeDefault");
          assertThat(pod.get("automountServiceAccountToken").asBoolean()).isFalse();
          List<JsonNode> containers = new ArrayList<>(ShippedFiles.items(pod.get("containers")));
          containers.addAll(ShippedFiles.items(pod.path("initContainers")));
          assertThat(containers)
              .allSatisfy(
                  each -> {
                    JsonNode context = each.get("securityContext");
                    assertThat(context.get("readOnlyRootFilesystem").asBoolean()).isTrue();
                    assertThat(context.get("allowPrivilegeEscalation").asBoolean(true)).isFalse();
                    assertThat(ShippedFiles.texts(context.at("/capabilities/drop")))
                        .containsExactly("ALL");
                    assertThat(each.at("/resources/requests").size()).isEqualTo(2);
                    assertThat(each.at("/resources/limits").size()).isEqualTo(2);
                  });
        });
    assertThat(
            ofKind(documents, "Namespace")
                .get(0)
                .at("/metadata/labels/pod-security.kubernetes.io~1enforce")
                .asText())
        .isEqualTo("restricted");
  }

  @Test
  void whatItWritesLiesOnVolumes() {
    deployments.forEach(
        (name, deployment) -> {
          Settings settings = settings(deployment);
          List<String> mounts = new ArrayList<>();
          container(deployment)
              .get("volumeMounts")
              .forEach(mount -> mounts.add(mount.get("mountPath").asText()));
          assertThat(mounts)
              .contains(
                  "/tmp",
                  settings.data().toString(),
                  String.valueOf(settings.guard().log().getParent()));
        });
  }

  @Test
  void theErrorLogLeavesTheGuardsPod() {
    JsonNode sidecar = pod(deployment("guard")).at("/initContainers/0");

    assertThat(sidecar.get("restartPolicy").asText()).isEqualTo("Always");
    assertThat(sidecar.at("/args/0").asText())
        .contains(settings(deployment("guard")).guard().log().toString());
  }

  @Test
  void onlyWhoVerifiesTokensHasTheirSecret() {
    deployments.forEach(
        (name, deployment) -> {
          List<String> secrets = new ArrayList<>();
          for (JsonNode each : container(deployment).get("env")) {
            if (each.at("/valueFrom").has("secretKeyRef")) {
              secrets.add(each.get("name").asText());
            }
          }
          assertThat(secrets)
              .isEqualTo(
                  name.equals("auth")
                      ? List.of(ADMIN_TOKEN, "DRAWBRIDGE_AUTH_SECRET")
                      : List.of(ADMIN_TOKEN));
        });
    assertThat(ofKind(documents, "Secret")).isEmpty();
  }

  /** Else a change to one would be forgotten in the others. */
  @Test
  void theDeploymentsDifferInTheirRoleAlone() throws IOException {
    assertThat(common("auth")).isEqualTo(common("echo"));
    assertThat(common("guard")).isEqualTo(common("echo"));
  }

  private static List<String> common(String role) throws IOException {
    String text =
        Files.readString(BASE.resolve(role + ".yaml"))
            .replaceAll("(?s)\n      initContainers:.*?\n      containers:", "\n      containers:")
            .replaceAll("(?m)^#.*\n", "")
            .replaceAll("(?m)^ +- \\{ name: websocket.*\n", "")
            .replaceAll("(?s) +# The same in all of them.*?auth-secret }\n", "")
            .replaceAll("sizeLimit: \\S+", "sizeLimit")
            .replaceAll("\\b" + role + "\\b", "ROLE");
    return text.lines().toList();
  }

  // --- who reaches whom -------------------------------------------------------------------------

  @Test
  void noPodIsReachedButByAPolicy() {
    JsonNode nothing = policy("nothing-else");

    assertThat(ShippedFiles.texts(nothing.at("/spec/policyTypes")))
        .containsExactlyInAnyOrder("Ingress", "Egress");
    assertThat(nothing.get("spec").has("ingress")).isFalse();
    assertThat(nothing.get("spec").has("egress")).isFalse();
    deployments.values().forEach(each -> assertSelects(nothing.at(SELECTOR), each));
  }

  private JsonNode policy(String name) {
    return ofKind(documents, "NetworkPolicy").stream()
        .filter(each -> each.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<Integer> portsOf(JsonNode rule) {
    List<Integer> ports = new ArrayList<>();
    rule.get("ports").forEach(port -> ports.add(port.get("port").asInt()));
    return ports;
  }

  @Test
  void clientsReachTheEdgesPortAndNoOther() {
    for (String edge : List.of("echo", "auth")) {
      JsonNode policy = policy("clients-to-" + edge);
      assertSelects(policy.at(SELECTOR), deployment(edge));
      assertThat(policy.at(SELECTOR).size()).isEqualTo(2);
      assertThat(portsOf(policy.at("/spec/ingress/0")))
          .isEqualTo(Collections.singletonList(ports(deployment(edge)).get("websocket")));
    }
    assertThat(
            ofKind(documents, "NetworkPolicy").stream()
                .flatMap(each -> ShippedFiles.items(each.at("/spec/ingress")).stream())
                .filter(rule -> !rule.has("from")))
        .as("open to everybody")
        .hasSize(2);
  }

  @Test
  void theClustersPortsAreForNodesAndForMembers() {
    JsonNode rule = policy("nodes").at("/spec/ingress/0");
    Settings settings = settings(deployment("echo"));

    assertThat(portsOf(rule))
        .containsExactly(settings.cluster().port(), settings.cluster().busPort());
    assertThat(ShippedFiles.items(rule.get("from")))
        .hasSize(2)
        .allSatisfy(
            peer -> assertThat(peer.fieldNames()).toIterable().containsExactly("podSelector"));
    deployments
        .values()
        .forEach(each -> assertSelects(rule.at("/from/0/podSelector/matchLabels"), each));
  }

  @Test
  void theOperationsPortIsForPrometheus() {
    JsonNode rule = policy("prometheus-to-ops").at("/spec/ingress/0");

    assertThat(portsOf(rule)).containsExactly(settings(deployment("echo")).ops().port());
    assertThat(rule.get("from")).hasSize(1);
    assertThat(rule.at("/from/0").has("podSelector")).isTrue();
    assertThat(rule.at("/from/0").has("namespaceSelector")).isTrue();
  }

  @Test
  void noTwoPodsAreTakenAwayAtOnce() {
    JsonNode budget = ofKind(documents, "PodDisruptionBudget").get(0);

    assertThat(budget.at("/spec/maxUnavailable").asInt()).isEqualTo(1);
    deployments
        .values()
        .forEach(each -> assertSelects(budget.at("/spec/selector/matchLabels"), each));
  }
}
