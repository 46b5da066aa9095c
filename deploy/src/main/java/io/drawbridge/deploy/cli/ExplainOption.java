package io.drawbridge.deploy.cli;

import io.drawbridge.auth.bridge.Rules;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.config.BridgeSettings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which rule of the bridge decides for an address, and why. No body is judged. */
final class ExplainOption {
  @Option(
      names = "--explain",
      required = true,
      paramLabel = "ADDRESS",
      description = "The address on the event bus.")
  private String address = "";

  @Option(
      names = "--action",
      paramLabel = "ACTION",
      defaultValue = "send",
      converter = Word.class,
      description = "send, publish or register. Default: send.")
  private BridgeAction action = BridgeAction.SEND;

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      description = "What the client's token permits, separated by blanks.")
  private String scope = "";

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      converter = Token.class,
      description = "A token, for its scope and permissions. It is read, not verified.")
  private @Nullable JsonObject claims;

  /** The lines of the answer. */
  List<String> answer(BridgeSettings settings) {
    List<String> lines = new ArrayList<>();
    if (claims != null) {
      lines.add("token not verified");
    }
    Rules.Judgement judgement = new Rules(settings).judge(action, address, rights());
    if (judgement instanceof Rules.Allowed allowed) {
      lines.add("allowed by " + allowed.rule());
    } else if (judgement instanceof Rules.Denied denied) {
      lines.add("denied: " + denied.why());
    }
    return lines;
  }

  private Set<String> rights() {
    Set<String> rights = new HashSet<>(Arrays.asList(scope.split(" ")));
    if (claims != null) {
      if (claims.getValue("scope") instanceof String text) {
        rights.addAll(Arrays.asList(text.split(" ")));
      }
      if (claims.getValue("permissions") instanceof JsonArray permissions) {
        permissions.forEach(entry -> rights.add(String.valueOf(entry)));
      }
    }
    return rights;
  }

  /** An action as the settings spell it. */
  static final class Word implements ITypeConverter<BridgeAction> {
    @Override
    public BridgeAction convert(String word) {
      return Arrays.stream(BridgeAction.values())
          .filter(action -> action.name().toLowerCase(Locale.ROOT).equals(word))
          .findFirst()
          .orElseThrow(() -> new TypeConversionException("expected send, publish or register"));
    }
  }

  /** The claims of a token; a wrong one is not repeated, since it may be a good one misspelt. */
  static final class Token implements ITypeConverter<JsonObject> {
    @Override
    public JsonObject convert(String token) {
      try {
        byte[] claims = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
        return new JsonObject(new String(claims, StandardCharsets.UTF_8));
      } catch (RuntimeException broken) {
        throw new TypeConversionException("expected a JWT");
      }
    }
  }
}
