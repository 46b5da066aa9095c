package io.drawbridge.deploy;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.echo.EchoVerticle;
import io.drawbridge.guard.Time;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What may know what; the map of the code, held to. */
class ArchitectureTest {
  private static final String ROOT = "io.drawbridge.";

  static {
    // Names tell enough of the classes that are not ours; to read them takes most of the time.
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
  }

  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.drawbridge");

  @Test
  void modulesDependOnEachOtherInOneDirection() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("common")
        .definedBy(in("config", "wire", "guard", "admission", "connection", "edge"))
        .layer("echo")
        .definedBy(in("echo"))
        .layer("auth")
        .definedBy(in("auth"))
        .layer("deploy")
        .definedBy(in("deploy"))
        .whereLayer("deploy")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("echo")
        .mayOnlyBeAccessedByLayers("deploy")
        .whereLayer("auth")
        .mayOnlyBeAccessedByLayers("deploy")
        .check(CODE);
  }

  @Test
  void thePathOfAConnectionHasOneDirection() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("config")
        .definedBy(in("config"))
        .layer("wire")
        .definedBy(in("wire"))
        .layer("guard")
        .definedBy(in("guard"))
        .layer("admission")
        .definedBy(in("admission"))
        .layer("connection")
        .definedBy(in("connection"))
        .layer("edge")
        .definedBy(in("edge"))
        .whereLayer("edge")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("connection")
        .mayOnlyBeAccessedByLayers("edge")
        .whereLayer("admission")
        .mayOnlyBeAccessedByLayers("edge")
        .check(CODE);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(CODE);
  }

  @Test
  void theWireKnowsNoServer() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "wire..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "io.netty.channel..", "io.micrometer..")
        .check(CODE);
  }

  @Test
  void theEventBusIsForTheGuardAndForServices() {
    noClasses()
        .that(
            not(in("guard", "auth.bridge", "auth.session", "deploy.ops", "deploy.cluster"))
                .and(not(belongToAnyOf(EchoVerticle.class, AuthVerticle.class))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.vertx.core.eventbus..")
        .check(CODE);
  }

  /** It hands the event bus to the bridge, and does not use it. */
  @Test
  void theSecureVerticleOnlyPassesTheEventBusOn() {
    noClasses()
        .that(belongToAnyOf(AuthVerticle.class))
        .should()
        .callMethodWhere(target(owner(assignableTo(EventBus.class))))
        .check(CODE);
  }

  /** It says where the event bus listens, and says nothing on it. */
  @Test
  void theClusterOnlySetsTheEventBusUp() {
    noClasses()
        .that(in("deploy.cluster"))
        .should()
        .callMethodWhere(target(owner(assignableTo(EventBus.class))))
        .check(CODE);
  }

  @Test
  void socketsAreForTheEdgeAndItsConnections() {
    noClasses()
        .that(not(in("edge", "connection", "deploy.ops")))
        .should()
        .dependOnClassesThat(
            belongToAnyOf(HttpServer.class, NetServer.class, NetSocket.class)
                .or(resideInAPackage("io.netty.channel..")))
        .check(CODE);
  }

  @Test
  void theManagerOfTheClusterCanBeReplaced() {
    noClasses()
        .that(not(in("deploy.cluster")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "com.hazelcast..", "io.vertx.spi.cluster..", "io.vertx.core.spi.cluster..")
        .check(CODE);
  }

  @Test
  void theEnvironmentIsForTheCommandLine() {
    noClasses()
        .that(not(in("deploy")))
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(CODE);
  }

  @Test
  void theClocksOfTheMachineAreReadInOnePlace() {
    noClasses()
        .that(not(belongToAnyOf(Time.class)))
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(LocalDate.class, "now")
        .orShould()
        .callMethod(LocalDateTime.class, "now")
        .orShould()
        .callMethod(ZonedDateTime.class, "now")
        .orShould()
        .dependOnClassesThat(belongToAnyOf(Clock.class))
        .check(CODE);
  }

  @Test
  void nullMeansSomethingOnlyWhereItIsWritten() {
    classes().should(new InANullMarkedPackage()).check(CODE);
  }

  private static final class InANullMarkedPackage extends ArchCondition<JavaClass> {
    InANullMarkedPackage() {
      super("be in a package that is @NullMarked");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
        events.add(
            SimpleConditionEvent.violated(type, type.getPackageName() + " is not @NullMarked"));
      }
    }
  }

  private static DescribedPredicate<JavaClass> in(String... packages) {
    return resideInAnyPackage(
        Arrays.stream(packages).map(name -> ROOT + name + "..").toArray(String[]::new));
  }
}
