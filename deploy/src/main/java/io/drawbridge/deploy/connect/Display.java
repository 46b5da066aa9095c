package io.drawbridge.deploy.connect;

/** Where a conversation is shown. Called by several threads, one at a time. */
interface Display {
  /** A message that arrived; not fit to be printed as it is. */
  void message(String text);

  void binary(byte[] bytes);

  /** What happened; fit to be printed. */
  void status(String line);

  /** The state, whenever it may have changed. */
  void prompt(String state);
}
