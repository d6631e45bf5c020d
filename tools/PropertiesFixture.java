import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Properties;
import java.util.Random;
import java.util.TreeSet;

/**
 * What java.util.Properties makes of odd sources, for test/server/config:
 *
 * <p>java tools/PropertiesFixture.java > test/fixtures/properties.json
 *
 * <p>Every entry is [source, {key: value}] or [source, null] where Java throws. Text is hexadecimal, two digits a byte in
 * sources and four a character in keys and values.
 */
public class PropertiesFixture {
  private static final String[] PARTS = {
    "a", "b", " ", "\t", "\f", "=", ":", "#", "!", "\\", "\n", "\r", "\r\n", "\\\n", "\\\r\n", "\\u0041", "\\u00e9", "\\n",
    "\\=", "\\\\", "key", "value", "\\\n  ", "u"
  };

  public static void main(String[] arguments) {
    Random random = new Random(7);
    LinkedHashSet<String> sources = new LinkedHashSet<>();
    while (sources.size() < 300) {
      StringBuilder source = new StringBuilder();
      for (int n = 1 + random.nextInt(10); n > 0; n--) source.append(PARTS[random.nextInt(PARTS.length)]);
      // A lone backslash at the end of a file gives Java an empty key; no file means that.
      sources.add(source + "end\n");
    }
    StringBuilder json = new StringBuilder("[\n");
    for (String source : sources) {
      if (json.length() > 2) json.append(",\n");
      json.append("  [\"").append(hex(source, 2)).append("\", ").append(read(source)).append("]");
    }
    System.out.println(json.append("\n]"));
  }

  private static String read(String source) {
    Properties properties = new Properties();
    try {
      properties.load(new ByteArrayInputStream(source.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (Exception malformedEscape) {
      return "null";
    }
    StringBuilder json = new StringBuilder();
    for (String key : new TreeSet<>(properties.stringPropertyNames())) {
      if (json.length() > 0) json.append(", ");
      json.append('"').append(hex(key, 4)).append("\": \"").append(hex(properties.getProperty(key), 4)).append('"');
    }
    return "{ " + json + " }";
  }

  private static String hex(String text, int digits) {
    StringBuilder hex = new StringBuilder();
    for (char c : text.toCharArray()) hex.append(String.format("%0" + digits + "x", (int) c));
    return hex.toString();
  }
}
