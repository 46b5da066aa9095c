package io.drawbridge.config;

/** What a client may do with an event bus address. */
public enum BridgeAction {
  SEND,
  PUBLISH,
  REGISTER
}
