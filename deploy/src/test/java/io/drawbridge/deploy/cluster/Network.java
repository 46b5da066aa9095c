package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.deploy.ForeignProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Several machines, as far as their networks go: each place is a network namespace with an address
 * of its own, a router lies between them, and the test reaches all of them, whatever is cut.
 *
 * <p>A cut is a router that drops what it should pass on: no connection breaks and nobody is told,
 * as when a cable is pulled. For root on Linux, with iproute2.
 */
final class Network implements AutoCloseable {
  private static final String ROUTER = "router";

  private final String name;
  private final String prefix;
  private final List<Place> places = new ArrayList<>();
  private final List<String> namespaces = new ArrayList<>();
  private final List<String> cuts = new ArrayList<>();

  /** Where a process can be started. */
  record Place(String address, String namespace) {
    /** What has to stand before a command for it to run there. */
    List<String> command() {
      return List.of("ip", "netns", "exec", namespace);
    }
  }

  private Network(String name, String prefix) {
    this.name = name;
    this.prefix = prefix;
  }

  /** Skips the test where the kernel lets nobody make one; no installation would help there. */
  static void isNeeded() throws InterruptedException {
    ForeignProgram.needs("iproute2", Path.of("."), "ip", "-Version");
    try {
      of(1).close();
    } catch (IOException | AssertionError refused) {
      throw ForeignProgram.skipped("needs root, and network namespaces: " + refused.getMessage());
    }
  }

  /** So many places, all of which reach each other. */
  static Network of(int places) throws IOException, InterruptedException {
    int number = ThreadLocalRandom.current().nextInt(1 << 16);
    Network network =
        new Network(
            "bridge%04x-".formatted(number), "10.%d.%d.".formatted(number >> 8, number & 0xff));
    try {
      network.make(places);
      return network;
    } catch (IOException | InterruptedException | AssertionError e) {
      network.close();
      throw e;
    }
  }

  private void make(int count) throws IOException, InterruptedException {
    String router = namespace(ROUTER);
    inside(router, "echo 1 > /proc/sys/net/ipv4/ip_forward");
    // The test itself is at the first address, and each place has four of its own.
    String test = name + "test";
    ip("link add " + test + " type veth peer name test netns " + router);
    ip("addr add " + prefix + "1/30 dev " + test);
    ip("link set " + test + " up");
    ip("-n " + router + " addr add " + prefix + "2/30 dev test");
    ip("-n " + router + " link set test up");
    ip("route add " + prefix + "0/24 via " + prefix + "2");
    for (int i = 0; i < count; i++) {
      String place = namespace("place" + i);
      String address = prefix + (4 * i + 6);
      String gateway = prefix + (4 * i + 5);
      ip("-n " + place + " link add out type veth peer name place" + i + " netns " + router);
      ip("-n " + place + " addr add " + address + "/30 dev out");
      ip("-n " + place + " link set out up");
      ip("-n " + place + " link set lo up");
      ip("-n " + router + " addr add " + gateway + "/30 dev place" + i);
      ip("-n " + router + " link set place" + i + " up");
      ip("-n " + place + " route add default via " + gateway);
      places.add(new Place(address, place));
    }
  }

  private String namespace(String suffix) throws IOException, InterruptedException {
    String namespace = name + suffix;
    ip("netns add " + namespace);
    namespaces.add(namespace);
    return namespace;
  }

  Place place(int number) {
    return places.get(number);
  }

  List<String> addresses() {
    return places.stream().map(Place::address).toList();
  }

  /** Nothing passes between the ones and the others, either way. */
  void cut(List<Integer> ones, List<Integer> others) throws IOException, InterruptedException {
    for (int one : ones) {
      for (int other : others) {
        drop(one, other);
        drop(other, one);
      }
    }
  }

  private void drop(int from, int to) throws IOException, InterruptedException {
    String rule = "iif place" + from + " to " + place(to).address() + " blackhole";
    ip("-n " + name + ROUTER + " rule add " + rule);
    cuts.add(rule);
  }

  /** All reach each other again. */
  void heal() throws IOException, InterruptedException {
    for (String rule : cuts) {
      ip("-n " + name + ROUTER + " rule del " + rule);
    }
    cuts.clear();
  }

  /** Its processes must be over. Their links go with the namespaces. */
  @Override
  public void close() throws IOException, InterruptedException {
    for (String namespace : namespaces) {
      ip("netns del " + namespace);
    }
  }

  private static void ip(String arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("ip"));
    line.addAll(List.of(arguments.split(" ")));
    run(line);
  }

  private static void inside(String namespace, String script)
      throws IOException, InterruptedException {
    run(List.of("ip", "netns", "exec", namespace, "sh", "-c", script));
  }

  private static void run(List<String> line) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", String.join(" ", line), said).isZero();
  }
}
