package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.deploy.Chromium;
import io.drawbridge.deploy.ForeignProgram;
import io.drawbridge.deploy.Servers;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as it lies there, in a frame of another one that does what its user would. */
@DisplayName("The example page, in Chromium")
final class BrowserExampleTest {
  private static final Path PAGE = ExamplePrograms.FOLDER.resolve("browser");

  /** Types and clicks, each time that the log has one more line; ends by telling the log. */
  private static final String USER =
      """
      <!doctype html>
      <meta charset="utf-8">
      <iframe></iframe>
      <script type="module">
        const { server, token, next, weak } = await (await fetch('/arguments')).json();
        const frame = document.querySelector('iframe');
        const byId = (id) => frame.contentDocument.getElementById(id);
        const load = () => new Promise((loaded) => {
          frame.onload = loaded;
          frame.src = '/index.html?server=' + encodeURIComponent(server) + '&' + Math.random();
        });
        const lines = () => [...byId('log').children].map((each) => each.textContent);
        const until = async (count) => {
          for (const end = Date.now() + 20000; lines().length < count && Date.now() < end; ) {
            await new Promise((again) => setTimeout(again, 20));
          }
        };
        const type = (id, text) => {
          byId(id).value = text;
          byId(id).dispatchEvent(new Event('change'));
        };
        const ask = async (item, count) => {
          type('item', item);
          byId('ask').requestSubmit();
          await until(count);
        };
        await load();
        type('token', token);
        await ask('tea', 2);
        await ask('x'.repeat(101), 3);
        type('token', next);
        await until(4);
        await ask('coffee', 5);
        const told = lines();
        await load();
        type('token', weak);
        await ask('tea', 2);
        await fetch('/result', { method: 'POST', body: [...told, ...lines()].join('\\n') });
      </script>
      """;

  @TempDir private Path folder = Path.of("");
  private final BlockingQueue<String> results = new LinkedBlockingQueue<>();
  private final Vertx vertx = Vertx.vertx();
  private ExamplePrograms programs = new ExamplePrograms(folder);
  private String arguments = "";

  @BeforeEach
  void start() throws Exception {
    Chromium.needs();
    ForeignProgram.needs("npm ci in " + PAGE, PAGE, "ls", "node_modules/sockjs-client/dist");
    programs = new ExamplePrograms(folder);
    programs.serve(Map.of());
    programs.service("python");
  }

  @AfterEach
  void stop() throws Exception {
    programs.close();
    Servers.await(vertx.close().toCompletionStage());
  }

  private void serve(HttpServerRequest request) {
    switch (request.path()) {
      case "/" -> request.response().putHeader("Content-Type", "text/html").end(USER);
      case "/arguments" -> request.response().end(arguments);
      case "/result" -> {
        request.body().onSuccess(body -> results.add(body.toString()));
        request.response().end();
      }
      default -> request.response().sendFile(PAGE.resolve(request.path().substring(1)).toString());
    }
  }

  @Test
  void asksForPricesAndTellsWhatWasRefused() throws Exception {
    arguments =
        new JsonObject()
            .put("server", "http://localhost:" + programs.port())
            .put("token", token("prices.ask"))
            .put("next", token("prices.ask"))
            .put("weak", token("other"))
            .encode();
    HttpServer pages =
        Servers.await(
            vertx
                .createHttpServer()
                .requestHandler(this::serve)
                .listen(0, "localhost")
                .toCompletionStage());

    String log =
        ForeignProgram.during(
            folder,
            Chromium.command(folder, "http://localhost:" + pages.actualPort() + "/"),
            results);

    assertThat(log.lines())
        .containsExactly(
            "open",
            "tea: 240 by python",
            "x".repeat(101) + ": failed, 422 /item: must be at most 100 characters long",
            "refreshed",
            "coffee: 310 by python",
            "open",
            "tea: failed, 403 Access denied");
  }

  private String token(String scope) throws Exception {
    return Files.readString(programs.token("ada", scope, "1h")).strip();
  }
}
