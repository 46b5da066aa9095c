package io.drawbridge.deploy;

import java.nio.file.Path;
import java.util.List;

/** Chromium without a window. */
public final class Chromium {
  private Chromium() {}

  /** Skips the test where it is missing, or fails it where the variable {@code CI} is set. */
  public static void needs() throws InterruptedException {
    ForeignProgram.needs("Debian's package chromium", Path.of("."), "chromium", "--version");
  }

  /**
   * The command that opens a page.
   *
   * @param profile a folder of this run alone
   */
  public static List<String> command(Path profile, String url) {
    return List.of(
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile.resolve("chromium"),
        url);
  }
}
