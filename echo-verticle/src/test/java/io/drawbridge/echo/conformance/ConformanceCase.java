package io.drawbridge.echo.conformance;

import java.util.List;

/**
 * One case of a {@link CaseFile}.
 *
 * @param name what must be so, as a sentence
 * @param sections the RFC sections that it holds: {@code §5.1} of RFC 6455, {@code 9112§6.1} of
 *     another
 * @param autobahn the numbers of the Autobahn cases that it stands for
 * @param times how often its script is run on the same connection
 * @param pieces the size of the packets that it is about; 0 where any split will do
 * @param pending why it is not run yet; empty where it is
 * @param script its other lines, for the test that knows them
 */
record ConformanceCase(
    String name,
    List<String> sections,
    List<String> autobahn,
    int times,
    int pieces,
    String pending,
    List<String> script) {

  @Override
  public String toString() {
    return name;
  }
}
