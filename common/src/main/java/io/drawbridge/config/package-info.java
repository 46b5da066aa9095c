/**
 * Settings: one YAML file, the environment and flags, read once into immutable records.
 *
 * <p>{@link io.drawbridge.config.SettingsReader} is the way in. It reports every problem at once,
 * each with its dotted path, and never throws for what an operator wrote. The file {@code
 * defaults.yaml} beside this package is the one source of the known keys and of their defaults.
 */
@NullMarked
package io.drawbridge.config;

import org.jspecify.annotations.NullMarked;
