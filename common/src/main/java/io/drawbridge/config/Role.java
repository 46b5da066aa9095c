package io.drawbridge.config;

/** A part of the product that a process may run. */
public enum Role {
  /** The echo WebSocket server. */
  ECHO,
  /** The secure WebSocket server. */
  AUTH,
  /** Error log, limits and bans, on the event bus. */
  GUARD,
  /** Health, metrics, admin API and dashboard. */
  OPS
}
