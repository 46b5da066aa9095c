package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.TestSettings;
import io.drawbridge.deploy.cli.ExamplePrograms.Program;
import io.drawbridge.deploy.cluster.Nodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Plain Vert.x applications on the same cluster")
final class BusExampleTest {
  @TempDir private Path folder = Path.of("");
  private ExamplePrograms programs = new ExamplePrograms(folder);
  private int clusterPort;

  @BeforeEach
  void start() throws Exception {
    clusterPort = Nodes.freePorts();
    programs = new ExamplePrograms(folder);
    programs.serve(
        Map.of(
            "DRAWBRIDGE_CLUSTER_ENABLED",
            "true",
            "DRAWBRIDGE_CLUSTER_PORT",
            Integer.toString(clusterPort)));
  }

  @AfterEach
  void stop() throws Exception {
    programs.close();
  }

  @Test
  void aServiceOnTheBusAnswersClientsOfThePortAndUsesTheGuard() throws Exception {
    Program service =
        ExamplePrograms.serving(programs.onTheBus("BusPriceService.java", clusterPort));
    Program client = programs.client("java");

    client.awaitAnswer("tea: 240 by java on the bus");
    assertThat(client.ask("milk")).isEqualTo("milk: failed, 404 no such item");

    await()
        .atMost(ExamplePrograms.PATIENCE)
        .until(() -> service.said().contains("logged: NO_SUCH_ITEM of java-client"));
    assertThat(Files.readString(TestSettings.log(folder)))
        .contains("\"kind\":\"NO_SUCH_ITEM\"", "\"user\":\"java-client\"");
  }

  @Test
  void aClientOnTheBusAsksAServiceOfThePort() throws Exception {
    programs.service("java");
    Program client = programs.onTheBus("BusPriceClient.java", clusterPort);

    client.awaitAnswer("tea: 240 by java");
    assertThat(client.ask(">prices hello")).isEqualTo("told prices");
  }
}
