package io.drawbridge.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What was measured, and how it is shown: medians, and ratios to the first server. */
final class Results {

  /**
   * One server under one load.
   *
   * @param cost microseconds of processor time for a message or connection
   * @param rate so many a second
   */
  record Sample(double cost, double rate) {}

  private record Key(String load, String server) {}

  private final List<String> servers;
  private final String unit;
  private final List<String> loads;
  private final Map<Key, List<Sample>> samples = new HashMap<>();

  /**
   * @param unit what is counted: message or connection
   */
  Results(String unit, List<String> servers, List<String> loads) {
    this.unit = unit;
    this.servers = servers;
    this.loads = loads;
  }

  void add(String load, String server, Sample sample) {
    samples.computeIfAbsent(new Key(load, server), fresh -> new ArrayList<>()).add(sample);
  }

  /** All that was measured of one case, a line for each server. */
  String rounds(String load) {
    return servers.stream()
        .map(
            server ->
                String.format(
                    Locale.ROOT,
                    "%-14s %-14s %s µs at %,.0f/s",
                    load,
                    server,
                    of(load, server).stream()
                        .map(sample -> String.format(Locale.ROOT, "%.2f", sample.cost()))
                        .collect(Collectors.joining(" ")),
                    median(of(load, server).stream().map(Sample::rate).toList())))
        .collect(Collectors.joining("\n"));
  }

  /** The medians of all, a column for each case, each with its ratio to the first server's. */
  String table() {
    StringBuilder table = new StringBuilder("\n| server, CPU µs a " + unit + " |");
    loads.forEach(load -> table.append(" ").append(load).append(" |"));
    table.append("\n|---|").append("---|".repeat(loads.size()));
    for (String server : servers) {
      table.append("\n| ").append(server).append(" |");
      for (String load : loads) {
        double cost = cost(load, server);
        double ratio = cost / cost(load, servers.get(0));
        table.append(String.format(Locale.ROOT, " %.2f (%.2f) |", cost, ratio));
      }
    }
    return table.toString();
  }

  private double cost(String load, String server) {
    return median(of(load, server).stream().map(Sample::cost).toList());
  }

  private List<Sample> of(String load, String server) {
    return samples.getOrDefault(new Key(load, server), List.of());
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
