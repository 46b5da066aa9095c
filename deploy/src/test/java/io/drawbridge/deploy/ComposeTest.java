package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.deploy.cli.RunArguments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code compose.yaml}: by its schema, and by what its services would read at their start. */
class ComposeTest {
  private static final Path DOCKER = ShippedFiles.DEPLOY.resolve("docker");
  private static final Path FILE = DOCKER.resolve("compose.yaml");
  private static final String BALANCER = "balancer";

  private JsonNode project = ShippedFiles.documents("{}").get(0);
  private final Map<String, JsonNode> nodes = new TreeMap<>();

  @BeforeEach
  void read() throws IOException {
    project = ShippedFiles.documents(FILE).get(0);
    project
        .get("services")
        .properties()
        .forEach(service -> nodes.put(service.getKey(), service.getValue()));
    nodes.remove(BALANCER);
  }

  private JsonNode balancer() {
    return project.at("/services/" + BALANCER);
  }

  private static Settings settings(JsonNode node) {
    Map<String, String> environment = new HashMap<>();
    node.get("environment")
        .properties()
        .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
    // The start script makes variables of them.
    ShippedFiles.texts(node.get("secrets"))
        .forEach(secret -> environment.put(secret, "a secret of thirty-two bytes or more"));
    RunArguments arguments = RunArguments.of(ShippedFiles.texts(node.get("command")));
    assertThat(arguments.config()).isEqualTo("/etc/drawbridge/drawbridge.yaml");
    return ShippedFiles.settings(
        DOCKER.resolve("cluster/settings/drawbridge.yaml"), environment, arguments);
  }

  @Test
  void keepsToTheSchemaOfCompose() throws Exception {
    assertThat(ShippedFiles.lint("compose", FILE)).isEqualTo("exit 0");
  }

  @Test
  void hasEachRoleInAProcessOfItsOwn() {
    Map<String, String> roles = new TreeMap<>();
    nodes.forEach((name, node) -> roles.put(name, settings(node).roles().toString()));

    assertThat(roles)
        .isEqualTo(
            Map.of(
                "echo", "[ECHO, OPS]",
                "auth-1", "[AUTH, OPS]",
                "auth-2", "[AUTH, OPS]",
                "guard-1", "[GUARD, OPS]",
                "guard-2", "[GUARD, OPS]"));
  }

  @Test
  void nodesFindEachOtherWhereTheyAre() {
    Set<String> hosts = new HashSet<>();
    nodes.forEach(
        (name, node) -> {
          Settings settings = settings(node);
          assertThat(settings.cluster().enabled()).isTrue();
          assertThat(settings.cluster().busPort()).isNotZero();
          assertThat(node.at("/networks/cluster/ipv4_address").asText())
              .as(name)
              .isEqualTo(settings.cluster().host());
          hosts.add(settings.cluster().host());
        });

    assertThat(settings(project.at("/services/echo")).cluster().members())
        .containsExactlyInAnyOrderElementsOf(hosts)
        .hasSameSizeAs(nodes.keySet());
  }

  @Test
  void onlyTheBalancerIsReachedFromOutside() {
    Settings usual = SettingsReader.defaults();

    assertThat(nodes).allSatisfy((name, node) -> assertThat(node.has("ports")).isFalse());
    assertThat(nodes)
        .allSatisfy(
            (name, node) ->
                assertThat(node.get("networks").fieldNames())
                    .toIterable()
                    .contains("cluster")
                    .doesNotContain("public"));
    assertThat(ShippedFiles.texts(balancer().get("ports")))
        .containsExactlyInAnyOrder(
            usual.echo().port() + ":" + usual.echo().port(),
            usual.auth().port() + ":" + usual.auth().port());
    assertThat(balancer().get("networks").has("cluster")).isFalse();
    assertThat(project.at("/networks/cluster/internal").asBoolean()).isTrue();
    assertThat(project.at("/networks/edge/internal").asBoolean()).isTrue();
  }

  @Test
  void theBalancerAloneIsBelieved() {
    assertThat(nodes)
        .allSatisfy(
            (name, node) ->
                assertThat(settings(node).proxy().trusted())
                    .containsExactly(
                        balancer().at("/networks/edge/ipv4_address").asText() + "/32"));
  }

  @Test
  void nobodyCanDoMoreThanItMust() {
    assertThat(project.get("services"))
        .isNotEmpty()
        .allSatisfy(
            service -> {
              assertThat(service.get("read_only").asBoolean()).isTrue();
              assertThat(ShippedFiles.texts(service.get("cap_drop"))).containsExactly("ALL");
              assertThat(ShippedFiles.texts(service.get("security_opt")))
                  .containsExactly("no-new-privileges:true");
              assertThat(service.has("mem_limit")).isTrue();
              assertThat(service.has("pids_limit")).isTrue();
              assertThat(service.has("privileged")).isFalse();
            });
    assertThat(nodes)
        .allSatisfy((name, node) -> assertThat(node.has("user")).as("the image's").isFalse());
  }

  /** The secret that signs tokens is for those who verify them. */
  @Test
  void secretsComeFromFilesAndToThoseWhoNeedThem() {
    assertThat(nodes)
        .allSatisfy(
            (name, node) ->
                assertThat(ShippedFiles.texts(node.get("secrets")))
                    .isEqualTo(
                        name.startsWith("auth")
                            ? List.of("DRAWBRIDGE_OPS_TOKEN", "DRAWBRIDGE_AUTH_SECRET")
                            : List.of("DRAWBRIDGE_OPS_TOKEN")));
    assertThat(project.get("secrets"))
        .allSatisfy(secret -> assertThat(secret.get("file").asText()).startsWith("./secrets/"));
  }

  @Test
  void whatANodeWritesIsKeptApartFromOthers() {
    Set<String> kept = new HashSet<>();
    nodes.forEach(
        (name, node) ->
            ShippedFiles.texts(node.get("volumes")).stream()
                .filter(volume -> !volume.endsWith(":ro"))
                .forEach(
                    volume -> assertThat(kept.add(volume.split(":", 2)[0])).as(volume).isTrue()));
    assertThat(kept).containsExactlyInAnyOrderElementsOf(() -> project.get("volumes").fieldNames());
    assertThat(nodes)
        .allSatisfy(
            (name, node) ->
                assertThat(ShippedFiles.texts(node.get("volumes")).toString())
                    .contains(":" + settings(node).data()));
  }

  @Test
  void isGivenTheTimeToDrain() {
    assertThat(nodes)
        .allSatisfy(
            (name, node) ->
                assertThat(ShippedFiles.seconds(node.get("stop_grace_period").asText()))
                    .isGreaterThan(settings(node).drain().over().plus(ShippedFiles.TO_LEAVE)));
  }

  @Test
  void isGivenAFileForEachConnection() {
    assertThat(nodes)
        .allSatisfy(
            (name, node) ->
                assertThat(node.at("/ulimits/nofile").asLong())
                    .isGreaterThan(settings(node).limits().connections()));
  }

  @Test
  void itsHealthIsAskedByTheProbeOfTheImage() {
    assertThat(nodes)
        .allSatisfy(
            (name, node) ->
                assertThat(ShippedFiles.texts(node.at("/healthcheck/test")))
                    .containsExactly("CMD", "/opt/drawbridge/bin/probe", "/readyz"));
  }
}
