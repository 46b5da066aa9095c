package io.drawbridge.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** YAML text to a tree and back. Strict: what could be read in two ways is not read at all. */
final class YamlText {

  /** Far above any sensible file; a wrong path may well name something huge. */
  static final int LONGEST = 1024 * 1024;

  private static final int DEEPEST = 100;

  private static final YAMLMapper MAPPER = new YAMLMapper(factory());

  private YamlText() {}

  /**
   * Reads one document; an empty one is a null node. Throws {@link BadValue} with line and column,
   * and without quoting the text: a secret may stand beside the fault.
   */
  static JsonNode parse(String text) {
    try {
      refuseAmbiguities(text);
      JsonNode tree = MAPPER.readTree(text);
      return tree.isMissingNode() ? NullNode.getInstance() : tree;
    } catch (JsonProcessingException fault) {
      throw new BadValue(where(fault));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  static String write(JsonNode tree) {
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /**
   * Aliases are refused, not expanded: the tree reader would take one for a plain string, and a few
   * lines of them can unfold into gigabytes.
   */
  private static void refuseAmbiguities(String text) throws IOException {
    try (YAMLParser parser = MAPPER.getFactory().createParser(text)) {
      int depth = 0;
      boolean complete = false;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        String at =
            position(
                parser.currentTokenLocation().getLineNr(),
                parser.currentTokenLocation().getColumnNr());
        if (complete) {
          throw new BadValue(at + "a second document starts; one file holds one");
        }
        if (parser.isCurrentAlias()) {
          throw new BadValue(at + "aliases (*name) are not supported; write the value out");
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        complete = depth == 0;
      }
    }
  }

  private static String where(JsonProcessingException fault) {
    if (fault.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      return position(
              marked.getProblemMark().getLine() + 1, marked.getProblemMark().getColumn() + 1)
          + marked.getProblem();
    }
    if (fault instanceof StreamConstraintsException) {
      return "is nested deeper than " + DEEPEST + " levels";
    }
    String firstLine = fault.getOriginalMessage().lines().findFirst().orElse("is not YAML");
    return fault.getLocation() == null
        ? firstLine
        : position(fault.getLocation().getLineNr(), fault.getLocation().getColumnNr()) + firstLine;
  }

  private static String position(int line, int column) {
    return "line " + line + ", column " + column + ": ";
  }

  private static YAMLFactory factory() {
    LoaderOptions bounds = new LoaderOptions();
    bounds.setCodePointLimit(LONGEST);
    bounds.setNestingDepthLimit(DEEPEST);
    bounds.setMaxAliasesForCollections(0);
    bounds.setAllowDuplicateKeys(false);
    return YAMLFactory.builder()
        .loaderOptions(bounds)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
        .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
        .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
        .stringQuotingChecker(new QuotesWhereNeeded())
        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
        .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
        .build();
  }

  /** Leaves the quotes away only from text that is read back as the same text without them. */
  private static final class QuotesWhereNeeded extends StringQuotingChecker.Default {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean needToQuoteValue(String value) {
      return super.needToQuoteValue(value) || !readsAsItself(value);
    }

    private static boolean readsAsItself(String value) {
      try {
        return parse(value).equals(TextNode.valueOf(value));
      } catch (BadValue notYaml) {
        return false;
      }
    }
  }
}
