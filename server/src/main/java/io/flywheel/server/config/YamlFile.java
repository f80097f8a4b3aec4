package io.flywheel.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.flywheel.server.config.Setting.Form;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a configuration file into settings with their lines. It walks over the parser's tokens
 * instead of binding them to objects, so that every refusal names a line, and knows the vocabulary,
 * so that it never descends into what is not there.
 */
final class YamlFile {
  private static final long MAX_BYTES = 1 << 20;

  private final Path file;
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  private YamlFile(Path file) {
    this.file = file;
  }

  static Map<String, Setting> read(Path file) throws ConfigException {
    var yaml = new YamlFile(file);
    String text = yaml.text();
    try (YAMLParser parser = new YAMLFactory().createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw yaml.refused(1, "a configuration begins with settings, such as 'cluster: carts'");
      }
      yaml.group(parser, "");
      if (parser.nextToken() != null) {
        throw yaml.refused(line(parser), "a second document; a configuration is one");
      }
    } catch (JsonProcessingException e) {
      var location = e.getLocation();
      String problem = e.getOriginalMessage().lines().findFirst().orElse("no reason given");
      throw yaml.refused(location == null ? 1 : location.getLineNr(), "not YAML: " + problem);
    } catch (IOException e) {
      throw yaml.refused(1, "cannot be read: " + e.getMessage());
    }
    return yaml.settings;
  }

  private String text() throws ConfigException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw refused(1, "above 1 MiB, which no configuration is");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file.toString(), "there is no such file");
    } catch (MalformedInputException e) {
      throw refused(1, "not UTF-8");
    } catch (IOException e) {
      throw new ConfigException(file.toString(), "cannot be read: " + e.getMessage());
    }
  }

  /** Reads the members of the mapping whose opening token is current, up to its closing one. */
  private void group(YAMLParser parser, String group) throws IOException, ConfigException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      int line = line(parser);
      Form form = Vocabulary.form(group, name);
      if (form == null) {
        String place = group.isEmpty() ? "" : " in " + group;
        String known = String.join(", ", Vocabulary.names(group));
        throw refused(line, name + ": there is no such setting" + place + "; there are " + known);
      }
      String path = Vocabulary.path(group, name);
      if (settings.containsKey(path)) {
        throw refused(line, path + ": set twice, first at " + settings.get(path).origin());
      }
      parser.nextToken();
      settings.put(path, setting(parser, path, form, line));
      if (form == Form.GROUP) {
        group(parser, path);
      }
    }
  }

  private Setting setting(YAMLParser parser, String path, Form form, int line)
      throws IOException, ConfigException {
    JsonToken token = parser.currentToken();
    refuseIndirection(parser, path);
    if (token == JsonToken.VALUE_NULL) {
      throw refused(line, path + ": has no value");
    }
    String origin = origin(line);
    return switch (form) {
      case GROUP -> {
        if (token != JsonToken.START_OBJECT) {
          throw refused(line, path + ": " + groupAdvice(path));
        }
        yield Setting.group(path, origin);
      }
      case LIST -> {
        if (token != JsonToken.START_ARRAY) {
          throw refused(line, path + ": it is a list, [one, two]");
        }
        yield Setting.list(path, members(parser, path), origin);
      }
      case TEXT -> {
        if (!token.isScalarValue()) {
          throw refused(line, path + ": it is a single value");
        }
        yield Setting.text(path, parser.getText(), origin);
      }
    };
  }

  private static String groupAdvice(String path) {
    if (path.equals(Vocabulary.SECRET)) {
      return "name its file, {file: ...}, or set FLYWHEEL_SECRET";
    }
    String first = Vocabulary.names(path).stream().findFirst().orElse("name");
    return "it is a group of settings, {" + first + ": ...}";
  }

  private List<String> members(YAMLParser parser, String path) throws IOException, ConfigException {
    var members = new ArrayList<String>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      refuseIndirection(parser, path);
      JsonToken token = parser.currentToken();
      if (!token.isScalarValue() || token == JsonToken.VALUE_NULL) {
        throw refused(line(parser), path + ": its members are single values");
      }
      members.add(parser.getText());
    }
    return members;
  }

  /** The parser hands an alias over as the text of its name, which would be taken for a value. */
  private void refuseIndirection(YAMLParser parser, String path)
      throws IOException, ConfigException {
    if (parser.isCurrentAlias() || parser.getTypeId() != null) {
      throw refused(line(parser), path + ": aliases and tags are not taken");
    }
  }

  private ConfigException refused(int line, String reason) {
    return new ConfigException(origin(line), reason);
  }

  private String origin(int line) {
    return file + ":" + Math.max(1, line);
  }

  private static int line(YAMLParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }
}
