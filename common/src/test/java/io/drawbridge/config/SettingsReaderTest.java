package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.SettingsResult.Loaded;
import io.drawbridge.config.SettingsResult.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

  /** A value other than the default for every key under {@code limits}. */
  private static final Map<String, String> OTHER_LIMITS =
      Map.ofEntries(
          Map.entry("frameSize", "1KiB"),
          Map.entry("messageSize", "1KiB"),
          Map.entry("fragments", "7"),
          Map.entry("messages", "7/s"),
          Map.entry("bytes", "7KiB/s"),
          Map.entry("keyMessages", "7/s"),
          Map.entry("connectRate", "7/s"),
          Map.entry("connectBurst", "7"),
          Map.entry("connectionsPerAddress", "7"),
          Map.entry("connections", "7"),
          Map.entry("handshake", "7s"),
          Map.entry("outbound", "7KiB"),
          Map.entry("ping", "7s"),
          Map.entry("pong", "7s"),
          Map.entry("onLimit", "close"),
          Map.entry("throttledFor", "7s"),
          Map.entry("whenGuardSilent", "refuse"));

  private static final String STRONG = "0123456789abcdef0123456789abcdef";

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "# nothing but a comment\n", "---\n", "{}", "echo:\nlimits:\n"})
  void readsAnEmptyFileAsTheDefaults(String yaml) {
    assertThat(Read.settings(yaml)).isEqualTo(SettingsReader.defaults());
    assertThat(Read.warnings(yaml)).isEmpty();
  }

  @Test
  void readsItsOwnDefaultsAsTheDefaults() {
    assertThat(Read.settings(Defaults.TEXT)).isEqualTo(SettingsReader.defaults());
  }

  @Test
  void prefersFlagsToTheEnvironmentToTheFileToTheDefaults(@TempDir Path folder) throws IOException {
    Path file = file(folder, "echo: { port: 1, instances: 1, prefix: file }\ndrain: { over: 1s }");

    SettingsResult result =
        SettingsReader.read(
            file,
            Map.of("DRAWBRIDGE_ECHO_PORT", "2", "DRAWBRIDGE_ECHO_INSTANCES", "2"),
            Map.of("echo.port", "3"));

    Settings settings = Read.loaded(result).settings();
    assertThat(settings.echo().port()).isEqualTo(3);
    assertThat(settings.echo().instances()).isEqualTo(2);
    assertThat(settings.echo().prefix()).isEqualTo("file");
    assertThat(settings.drain().over()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.auth().port()).isEqualTo(8888);
  }

  @Test
  void reportsEveryProblemAtOnceEachWithItsPath() {
    String yaml =
        """
        ehco: { port: 1 }
        echo: { port: many, host: "" }
        limits: { ping: 30, onLimit: explode, mesages: 5/s }
        firewall: { origins: [self, ftp] }
        """;

    assertThat(Read.problems(yaml))
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).startsWith("ehco: unknown key; did you mean \"echo\"?"),
            p -> assertThat(p).startsWith("echo.port: expected a whole number from 0 to 65535"),
            p -> assertThat(p).startsWith("echo.host: must not be empty"),
            p -> assertThat(p).startsWith("limits.ping: expected a duration"),
            p -> assertThat(p).startsWith("limits.onLimit: expected throttle | reject | close"),
            p -> assertThat(p).isEqualTo("limits.mesages: unknown key; did you mean \"messages\"?"),
            p -> assertThat(p).startsWith("firewall.origins[1]: expected self, localhost"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
echo: 5                         | echo: expected a section with keys such as host
echo: { port: null }            | echo.port: needs a value
echo: { port: "80" }            | echo.port: expected a whole number
echo: { port: 1.5 }             | echo.port: expected a whole number
echo: { port: 65536 }           | echo.port: expected a whole number from 0 to 65535
echo: { port: -1 }              | echo.port: expected a whole number from 0 to 65535
echo: { port: [1] }             | echo.port: expected a whole number
echo: { host: 127 }             | echo.host: expected text, got 127; put it in quotes
echo: { host: a b }             | echo.host: expected a host name or an address
echo: { instances: 99999 }      | echo.instances: expected a whole number from 0 to 1024
echo: { prefix: null }          | echo.prefix: needs a value
echo: { limits: { pign: 1s } }  | echo.limits.pign: unknown key; did you mean "ping"?
echo: { limits: { ping: 0s } }  | echo.limits.ping: must be more than zero
auth: { timeout: 0s }           | auth.timeout: must be more than zero
auth: { leeway: -1s }           | auth.leeway: expected a duration such as
auth: { allowWeakSecret: yes }  | auth.allowWeakSecret: expected true or false
auth: { sessionsPerUser: 0 }    | auth.sessionsPerUser: must be 1 or more
auth: { onTooManySessions: x }  | auth.onTooManySessions: expected replaceOldest | refuse
auth: { algorithms: [none] }    | auth.algorithms[0]: expected HS256 |
auth: { algorithms: [] }        | auth.algorithms: must not be empty
auth: { algorithms: HS256 }     | auth.algorithms: expected a list
auth: { keys: [a.pem] }         | auth.keys[0]: expected a mapping of file, algorithm
auth: { keys: [{ file: a }] }   | auth.keys[0].algorithm: is missing
auth: { keys: [{ fil: a }] }    | auth.keys[0].fil: unknown key; did you mean "file"?
auth: { jwks: 'http://a.b/c' }  | auth.jwks: expected an https URL
auth: { audience: [''] }        | auth.audience[0]: must not be empty
limits: { ping: unlimitted }    | limits.ping: expected a duration such as
limits: { messages: 100 }       | limits.messages: expected a rate such as 100/s
limits: { messages: 1MiB/s }    | limits.messages: expected a rate such as 100/s
limits: { messages: 0/s }       | limits.messages: expected a rate such as 100/s
limits: { bytes: 1MiB }         | limits.bytes: expected a rate such as 1MiB/s
limits: { frameSize: 0 }        | limits.frameSize: must be 1 or more
limits: { frameSize: -1 }       | limits.frameSize: expected a size such as
limits: { frameSize: 64 kilo }  | limits.frameSize: expected a size such as 64KiB
limits: { frameSize: 2GiB }     | limits.frameSize: at most 2147418111 bytes
limits: { fragments: 0 }        | limits.fragments: must be 1 or more
limits: { connections: many }   | limits.connections: expected a whole number or unlimited
compression: { level: 10 }      | compression.level: expected a whole number from 1 to 9
compression: { maxRatio: 0 }    | compression.maxRatio: must be 1 or more
guard: { log: "" }              | guard.log: must not be empty
guard: { maxFileSize: 0 }       | guard.maxFileSize: must be 1 or more
guard: { maxHistory: 0 }        | guard.maxHistory: expected a whole number from 1
cluster: { tls: yes }           | cluster.tls: expected a section
cluster: { tls: { cert: a } }   | cluster.tls: cert, key and ca go together
cluster: { port: 0 }            | cluster.port: expected a whole number from 1
cluster: { members: [1] }       | cluster.members[0]: expected text
cluster: { members: ["a:b"] }   | cluster.members[0]: expected a host or an address
cluster: { members: ["a:0"] }   | cluster.members[0]: expected a host or an address
cluster: { members: ["::1:x"] } | cluster.members[0]: expected a host or an address
roles: []                       | roles: must not be empty
roles: [echo, gaurd]            | roles[1]: expected echo | auth | guard | ops
roles: [null]                   | roles[0]: needs a value
roles: null                     | roles: needs a value
data: null                      | data: needs a value
""")
  void refusesAWrongValueAndSaysWhatIsRight(String yaml, String problem) {
    assertThat(Read.problems(yaml)).anySatisfy(p -> assertThat(p).startsWith(problem));
  }

  @Test
  void refusesAnUnknownKeyWithASuggestion() {
    assertThat(Read.problems("limits: { mesages: 5/s }"))
        .containsExactly("limits.mesages: unknown key; did you mean \"messages\"?");
  }

  @Test
  void namesTheKnownKeysWhereNoneIsNear() {
    assertThat(Read.problems("drain: { zzzzzzzz: 5s }"))
        .containsExactly("drain.zzzzzzzz: unknown key; known here: over");
  }

  @Test
  void reportsAWrongGlobalLimitOnceAndNotForEachEdge() {
    assertThat(Read.problems("limits: { messages: fast }")).hasSize(1);
  }

  @Test
  void reportsAFileThatIsNotThere(@TempDir Path folder) {
    assertThat(Read.problems(SettingsReader.read(folder.resolve("no.yaml"), Map.of(), Map.of())))
        .containsExactly("(file): there is no file " + folder.resolve("no.yaml"));
  }

  @Test
  void reportsAFolderGivenAsTheFile(@TempDir Path folder) {
    assertThat(Read.problems(SettingsReader.read(folder, Map.of(), Map.of())))
        .singleElement()
        .asString()
        .startsWith("(file): " + folder);
  }

  @Test
  void reportsAFileThatIsNotText(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("binary"), new byte[] {'a', (byte) 0xff});

    assertThat(Read.problems(SettingsReader.read(file, Map.of(), Map.of())))
        .containsExactly("(file): " + file + " is not UTF-8 text");
  }

  @Test
  void reportsAFileThatIsTooLarge(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("large"), new byte[YamlText.LONGEST + 1]);

    assertThat(Read.problems(SettingsReader.read(file, Map.of(), Map.of())))
        .containsExactly("(file): " + file + " is larger than 1 MiB");
  }

  @Test
  void goesOnToTheEnvironmentWhenTheFileIsBroken(@TempDir Path folder) throws IOException {
    SettingsResult result =
        SettingsReader.read(
            file(folder, "echo: ["),
            Map.of("DRAWBRIDGE_ECHO_PORT", "x"),
            Map.of("drain.ovr", "1s"));

    assertThat(Read.problems(result))
        .satisfiesExactly(
            p -> assertThat(p).startsWith("(file): line 1, column 8: "),
            p -> assertThat(p).startsWith("drain.ovr: unknown key; did you mean \"over\"?"),
            p -> assertThat(p).startsWith("echo.port: expected a whole number"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"- a", "just text", "5"})
  void refusesADocumentWithoutSections(String yaml) {
    assertThat(Read.problems(yaml))
        .containsExactly("(file): expected sections such as echo, auth and limits");
  }

  @Test
  void neverTellsASecretInAProblem() {
    assertThat(Read.problems("auth: { secret: 4242424242 }").toString())
        .contains("auth.secret: expected text; put it in quotes")
        .doesNotContain("42");
    assertThat(Read.problems("auth: { secret: hunter2-hunter2 }").toString())
        .contains("auth.secret: shorter than 32 bytes")
        .doesNotContain("hunter2");
    assertThat(Read.problems("auth:\n  secret: hunter2\n  port: [").toString())
        .doesNotContain("hunter2");
  }

  static Stream<Arguments> everyKeyWithAnotherValue() {
    Map<String, String> others = new TreeMap<>();
    others.put("data", "elsewhere");
    others.put("echo.host", "127.0.0.1");
    others.put("echo.port", "7");
    others.put("echo.instances", "7");
    others.put("echo.prefix", "");
    others.put("auth.host", "127.0.0.1");
    others.put("auth.port", "7");
    others.put("auth.instances", "7");
    others.put("auth.timeout", "7s");
    others.put("auth.secret", STRONG);
    others.put("auth.allowWeakSecret", "true");
    others.put("auth.keys", "[{file: a.pem, algorithm: RS256}]");
    others.put("auth.jwks", "https://id.example/keys");
    others.put("auth.jwksCa", "ca.pem");
    others.put("auth.discovery", "true");
    others.put("auth.algorithms", "HS256,RS256");
    others.put("auth.issuer", "id.example");
    others.put("auth.audience", "us,them");
    others.put("auth.leeway", "7s");
    others.put("auth.sessionsPerUser", "7");
    others.put("auth.onTooManySessions", "refuse");
    others.put("auth.revokedFor", "7d");
    others.put("bridge.inbound", "[]");
    others.put("bridge.outbound", "[{address: news}]");
    others.put("firewall.allow", "10.0.0.0/8");
    others.put("firewall.deny", "2001:db8::/32");
    others.put("firewall.origins", "self");
    others.put("firewall.strikes", "7");
    others.put("firewall.window", "7s");
    others.put("firewall.banFor", "7s");
    others.put("firewall.banMax", "7d");
    others.put("proxy.trusted", "10.0.0.1/32");
    others.put("proxy.protocol", "true");
    others.put("tls.cert", "cert.pem");
    others.put("tls.key", "key.pem");
    others.put("tls.clientCa", "ca.pem");
    others.put("compression.enabled", "true");
    others.put("compression.contextTakeover", "true");
    others.put("compression.level", "7");
    others.put("compression.maxRatio", "7");
    others.put("guard.log", "else.log");
    others.put("guard.maxFileSize", "7MiB");
    others.put("guard.maxHistory", "7");
    others.put("guard.perPeerPerMinute", "7");
    others.put("ops.host", "127.0.0.1");
    others.put("ops.port", "7");
    others.put("ops.token", "token");
    others.put("cluster.enabled", "true");
    others.put("cluster.host", "10.0.0.7");
    others.put("cluster.members", "10.0.0.7,10.0.0.8:5702,[::1]:5701,::1");
    others.put("cluster.port", "7");
    others.put("cluster.kubernetesService", "drawbridge");
    others.put("cluster.busPort", "7");
    others.put("cluster.tls.cert", "cert.pem");
    others.put("cluster.tls.key", "key.pem");
    others.put("cluster.tls.ca", "ca.pem");
    others.put("session.resumeFor", "7s");
    others.put("session.resumeMessages", "7");
    others.put("session.resumeBytes", "7KiB");
    others.put("drain.over", "7s");
    others.put("roles", "echo");
    others.put("echo.limits", "{ping: 7s}");
    others.put("auth.limits", "{ping: 7s}");
    OTHER_LIMITS.forEach(
        (key, text) -> {
          others.put("limits." + key, text);
          others.put("echo.limits." + key, text);
          others.put("auth.limits." + key, text);
        });
    return others.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
  }

  @ParameterizedTest
  @MethodSource("everyKeyWithAnotherValue")
  void readsEveryKey(String path, String text) {
    SettingsResult result = Read.flags(path, text);

    if (result instanceof Refused refused) {
      assertThat(refused.problems())
          .extracting(Problem::toString)
          .anyMatch(
              problem ->
                  problem.startsWith("cluster.tls: cert, key and ca go together")
                      || problem.equals("auth.keys[0].algorithm: RS256 is not in auth.algorithms")
                      || problem.startsWith(path + ": needs ")
                      || problem.startsWith("proxy.protocol: needs proxy.trusted")
                      || problem.startsWith("tls: cert and key go together"));
    } else {
      assertThat(((Loaded) result).settings()).isNotEqualTo(SettingsReader.defaults());
    }
  }

  @ParameterizedTest
  @MethodSource("everyKeyWithAnotherValue")
  void readsEveryKeyFromTheEnvironmentAlike(String path, String text) {
    String variable = "DRAWBRIDGE_" + path.replace('.', '_').toUpperCase(Locale.ROOT);

    assertThat(Read.environment(variable, text)).isEqualTo(Read.flags(path, text));
  }

  @Test
  void knowsNoKeyThatThisTestForgets() {
    Set<String> tested = new HashSet<>();
    everyKeyWithAnotherValue().forEach(arguments -> tested.add((String) arguments.get()[0]));

    assertThat(tested).containsExactlyInAnyOrderElementsOf(Defaults.paths());
  }

  @Test
  void takesTheFlagsOfLimitsInAnyOrder() {
    SettingsResult result =
        Read.flags("echo.limits", "{messages: 1/s, ping: 1s}", "echo.limits.messages", "2/s");

    LimitSettings limits = Read.loaded(result).settings().echo().limits();
    assertThat(limits.messages()).isEqualTo(Rate.parse("2/s"));
    assertThat(limits.ping()).isEqualTo(Duration.ofSeconds(1));
  }

  @ParameterizedTest
  @CsvSource({
    "echo.prot, 1, 'echo.prot: unknown key; did you mean \"port\"?'",
    "echo, 1, echo: expected a section",
    "echo.port.x, 1, echo.port: expected a whole number",
    "bridge.inbound[0].address, a, bridge.inbound[0]: unknown key",
    "roles, '[echo', roles[0]: expected echo",
    "auth.keys, '[{]', 'auth.keys: line 1, column 3: '",
    "'', 1, ': unknown key'"
  })
  void refusesAFlagThatNamesNoValue(String path, String text, String problem) {
    assertThat(Read.problems(Read.flags(path, text)).get(0)).startsWith(problem);
  }

  private static Path file(Path folder, String yaml) throws IOException {
    return Files.writeString(folder.resolve("drawbridge.yaml"), yaml, StandardCharsets.UTF_8);
  }

  @Test
  void readsAFileThatBeginsWithAByteOrderMark(@TempDir Path folder) throws IOException {
    SettingsResult result =
        SettingsReader.read(file(folder, "\uFEFFecho: { port: 7 }"), Map.of(), Map.of());

    assertThat(Read.loaded(result).settings().echo().port()).isEqualTo(7);
  }

  @Test
  void keepsTheOrderOfRoles() {
    assertThat(List.copyOf(Read.settings("roles: [ops, echo]").roles()))
        .containsExactly(Role.OPS, Role.ECHO);
  }
}
