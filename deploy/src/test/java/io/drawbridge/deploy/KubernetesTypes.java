package io.drawbridge.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;

/**
 * Kubernetes' own types, as its Java client has them; by reflection, since a document names one.
 */
final class KubernetesTypes {
  private static final String PACKAGE = "io.kubernetes.client.openapi.";

  private KubernetesTypes() {}

  /**
   * What is wrong with a document: a field that its type does not have, one that is missing, a
   * value of another type or form; empty where nothing is.
   */
  static String fault(JsonNode document) throws ReflectiveOperationException {
    String version = document.get("apiVersion").asText().replaceFirst("^.*/", "");
    Class<?> type =
        Class.forName(
            PACKAGE + "models." + version.toUpperCase(Locale.ROOT) + document.get("kind").asText());
    JsonElement json = JsonParser.parseString(document.toString());
    try {
      type.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
      Object gson = Class.forName(PACKAGE + "JSON").getMethod("getGson").invoke(null);
      gson.getClass()
          .getMethod("fromJson", JsonElement.class, Class.class)
          .invoke(gson, json, type);
      return "";
    } catch (InvocationTargetException e) {
      return document.at("/metadata/name").asText() + ": " + e.getCause();
    }
  }
}
