package io.drawbridge.config;

/** How an edge limits what the guard should, while no guard answers. */
public enum WhenGuardSilent {
  /** It spends its share: the rate, divided by the edges last seen. */
  SHARE,
  /** It lets nothing through. */
  REFUSE
}
