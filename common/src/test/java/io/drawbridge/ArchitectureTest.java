package io.drawbridge;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.resolvers.SelectedClassResolverFromClasspath;
import io.drawbridge.admission.Handshake;
import io.drawbridge.connection.Socket;
import io.drawbridge.guard.Time;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ARCHITECTURE.md} says of who may use what, inside {@code common}. */
class ArchitectureTest {
  private static final String ROOT = "io.drawbridge.";

  private static final JavaClasses MAIN =
      imported(
          importer ->
              importer
                  .withImportOption(new ImportOption.DoNotIncludeTests())
                  .withImportOption(new ImportOption.DoNotIncludeJars())
                  .importPackages("io.drawbridge"));

  /** Shows that what is nowhere in {@link #MAIN} would have been found. */
  private static final JavaClasses OFFENDERS =
      imported(importer -> importer.importClasses(Offender.class));

  /** Each package of the path, and those that it may use. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "config", Set.of(),
          "wire", Set.of(),
          "guard", Set.of("config", "wire"),
          "admission", Set.of("config", "wire", "guard"),
          "connection", Set.of("config", "wire", "guard"),
          "edge", Set.of("config", "wire", "guard", "admission", "connection"));

  /** Waits for another thread, which an event loop must never do. */
  private static final Predicate<JavaAccess<?>> BLOCKING =
      calls(Thread.class, "sleep")
          .or(calls(Thread.class, "join"))
          .or(calls(TimeUnit.class, "sleep"))
          .or(calls(Object.class, "wait"))
          .or(calls(Future.class, "get"))
          .or(calls(CompletableFuture.class, "join"))
          .or(calls(CountDownLatch.class, "await"))
          .or(calls(BlockingQueue.class, "take"))
          .or(calls(io.vertx.core.Future.class, "await"));

  private static final Predicate<JavaAccess<?>> ENVIRONMENT =
      calls(System.class, "getenv").or(calls(System.class, "getProperty"));

  private static final Predicate<JavaAccess<?>> CLOCK =
      calls(System.class, "nanoTime")
          .or(calls(System.class, "currentTimeMillis"))
          .or(calls(InstantSource.class, "system"))
          .or(calls(Clock.class, "systemUTC"))
          .or(calls(Clock.class, "systemDefaultZone"))
          .or(calls(Clock.class, "system"))
          .or(access -> isTime(access) && access.getName().equals("now"));

  @SuppressWarnings({"unused", "JavaTimeDefaultTimeZone", "WaitNotInLoop"})
  private static final class Offender {
    void offend(CompletableFuture<String> future, BlockingQueue<String> queue) throws Exception {
      Thread.sleep(1);
      Thread.currentThread().join();
      TimeUnit.SECONDS.sleep(1);
      synchronized (this) {
        wait(1);
      }
      String done = future.get() + future.join() + queue.take();
      new CountDownLatch(1).await();
      String result = io.vertx.core.Future.succeededFuture("").await();
      String home = System.getenv("HOME") + System.getProperty("user.home");
      Object times = Set.of(Instant.now(), LocalDate.now(), Clock.systemUTC().instant());
    }
  }

  // --- who uses whom ----------------------------------------------------------------------------

  @Test
  void everyPackageHasItsPlaceOnThePath() {
    Set<String> packages =
        MAIN.stream().map(ArchitectureTest::packageOf).collect(Collectors.toSet());

    assertThat(packages).isEqualTo(MAY_USE.keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"config", "wire", "guard", "admission", "connection", "edge"})
  void aPackageUsesOnlyThoseBeforeIt(String name) {
    Set<String> used =
        MAIN.stream()
            .filter(type -> packageOf(type).equals(name))
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(ArchitectureTest::target)
            .filter(type -> type.getPackageName().startsWith(ROOT))
            .map(ArchitectureTest::packageOf)
            .filter(other -> !other.equals(name))
            .collect(Collectors.toSet());

    assertThat(used).isSubsetOf(MAY_USE.get(name));
  }

  @Test
  void noPackagesUseEachOther() {
    slices().matching("io.drawbridge.(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void theWireKnowsOnlyBuffers() {
    Set<String> used =
        MAIN.stream()
            .filter(type -> packageOf(type).equals("wire"))
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(dependency -> target(dependency).getPackageName())
            .filter(name -> !name.startsWith("java.") && !name.isEmpty())
            .collect(Collectors.toSet());

    assertThat(used)
        .contains("io.netty.buffer")
        .isSubsetOf(
            "io.drawbridge.wire", "io.netty.buffer", "io.netty.util", "org.jspecify.annotations");
  }

  @Test
  void onlyTheGuardTouchesTheEventBus() {
    assertThat(packagesUsing(inPackage("io.vertx.core.eventbus"))).containsExactly("guard");
  }

  @Test
  void onlyEdgeAndConnectionTouchSockets() {
    assertThat(packagesUsing(named("HttpServer|HttpServerResponse|ServerWebSocket")))
        .containsExactly("edge");
    assertThat(packagesUsing(named("NetServer|NetSocket")))
        .contains("connection")
        .isSubsetOf("connection", "edge");
    assertThat(packagesUsing(inPackage("io.netty.channel"))).containsExactly("connection", "edge");
    assertThat(packagesUsing(named("java.net.(Server)?Socket"))).isEmpty();
  }

  @Test
  void admissionReadsARequestInItsHandshakeAlone() {
    Set<String> readers =
        classesUsing(type -> type.isEquivalentTo(HttpServerRequest.class)).stream()
            .filter(name -> name.startsWith(ROOT + "admission."))
            .collect(Collectors.toSet());

    assertThat(readers).containsExactly(Handshake.class.getName());
  }

  @Test
  void onlyTheSocketUsesVertxInside() {
    assertThat(classesUsing(type -> type.getPackageName().startsWith("io.vertx.core.internal")))
        .containsExactly(Socket.class.getName());
    assertThat(
            classesUsing(type -> type.getPackageName().matches("io\\.vertx\\..*\\.impl(\\..*)?")))
        .containsExactly("io.drawbridge.edge.GluedBytes");
    assertThat(classesUsing(type -> type.getPackageName().startsWith("io.vertx.core.impl")))
        .isEmpty();
  }

  @Test
  void onlySettingsAndWhatTheGuardKeepsTouchFiles() {
    Predicate<JavaClass> files =
        type ->
            type.isEquivalentTo(Files.class)
                || type.getFullName().matches("java\\.io\\.(RandomAccess)?File.*")
                || type.getPackageName().startsWith("java.nio.channels");

    assertThat(packagesUsing(files)).containsExactly("config", "guard");
    assertThat(classesUsing(files))
        .filteredOn(name -> name.startsWith(ROOT + "guard."))
        .allMatch(
            name -> name.matches(".*\\.guard\\.(ErrorLog|LogTail|Spool|SpoolFolder)(\\$.*)?"));
    assertThat(classesUsing(type -> type.getPackageName().startsWith("ch.qos.logback")))
        .allMatch(name -> name.startsWith("io.drawbridge.guard.ErrorLog"))
        .isNotEmpty();
  }

  // --- what nobody calls ------------------------------------------------------------------------

  @Test
  void nothingReadsTheEnvironment() {
    assertThat(called(OFFENDERS, ENVIRONMENT)).containsExactly("getProperty", "getenv");

    assertThat(classesCalling(ENVIRONMENT)).isEmpty();
  }

  @Test
  void nothingReadsAClockButTime() {
    assertThat(called(OFFENDERS, CLOCK)).containsExactly("now", "systemUTC");

    assertThat(classesCalling(CLOCK)).containsExactly(Time.class.getName());
    assertThat(called(MAIN, CLOCK)).containsExactly("nanoTime", "system");
  }

  @Test
  void nothingBlocks() {
    assertThat(called(OFFENDERS, BLOCKING))
        .containsExactly("await", "get", "join", "sleep", "take", "wait");

    assertThat(classesCalling(BLOCKING)).isEmpty();
  }

  @Test
  void everyPackageSaysWhatMayBeNull() {
    assertThat(MAIN)
        .isNotEmpty()
        .allMatch(type -> type.getPackage().isAnnotatedWith(NullMarked.class));
  }

  // --- how to find it ---------------------------------------------------------------------------

  private static Predicate<JavaAccess<?>> calls(Class<?> owner, String method) {
    return access ->
        access.getName().equals(method) && access.getTargetOwner().isAssignableTo(owner);
  }

  private static boolean isTime(JavaAccess<?> access) {
    return access.getTargetOwner().getPackageName().startsWith("java.time")
        && access.getTarget().getFullName().endsWith("()");
  }

  private static Predicate<JavaClass> inPackage(String name) {
    return type -> (type.getPackageName() + '.').startsWith(name + '.');
  }

  private static Predicate<JavaClass> named(String names) {
    return type -> type.getSimpleName().matches(names) || type.getFullName().matches(names);
  }

  private static Set<String> packagesUsing(Predicate<JavaClass> used) {
    return using(used).map(ArchitectureTest::packageOf).collect(sorted());
  }

  private static Set<String> classesUsing(Predicate<JavaClass> used) {
    return using(used).map(JavaClass::getFullName).collect(sorted());
  }

  private static Stream<JavaClass> using(Predicate<JavaClass> used) {
    return MAIN.stream()
        .filter(
            type ->
                type.getDirectDependenciesFromSelf().stream()
                    .map(ArchitectureTest::target)
                    .anyMatch(used));
  }

  private static Set<String> classesCalling(Predicate<JavaAccess<?>> call) {
    return MAIN.stream()
        .filter(type -> type.getAccessesFromSelf().stream().anyMatch(call))
        .map(JavaClass::getFullName)
        .collect(sorted());
  }

  /** The methods that are called, of those that match. */
  private static Set<String> called(JavaClasses classes, Predicate<JavaAccess<?>> call) {
    return classes.stream()
        .flatMap(type -> type.getAccessesFromSelf().stream())
        .filter(call)
        .map(JavaAccess::getName)
        .collect(sorted());
  }

  /** Of what they use, only those that a rule asks for the parents of are read, too. */
  private static JavaClasses imported(Function<ClassFileImporter, JavaClasses> how) {
    return ArchConfiguration.withThreadLocalScope(
        (ArchConfiguration scope) -> {
          scope.setClassResolver(SelectedClassResolverFromClasspath.class);
          scope.setClassResolverArguments("java.lang", "java.util.concurrent", "io.vertx.core");
          return how.apply(new ClassFileImporter());
        });
  }

  private static JavaClass target(Dependency dependency) {
    return dependency.getTargetClass().getBaseComponentType();
  }

  /** The part of its package's name after ours. */
  private static String packageOf(JavaClass type) {
    return type.getPackageName().substring(ROOT.length());
  }

  private static Collector<String, ?, Set<String>> sorted() {
    return Collectors.toCollection(TreeSet::new);
  }
}
