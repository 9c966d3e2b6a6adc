// Asks Avro for Java about schemas; see README.md.
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;

public class AvroJava {
  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line; (line = in.readLine()) != null; ) {
      ObjectNode answer = (ObjectNode) JSON.readTree(line);
      try {
        if (answer.has("schema")) describe(answer);
        else compare(answer);
      } catch (RuntimeException e) {
        answer.put("error", e.getMessage());
      }
      out.println(JSON.writeValueAsString(answer));
    }
  }

  static void describe(ObjectNode answer) {
    Schema schema = parse(answer.get("schema").asText(), answer.get("strict").asBoolean());
    answer.put("canonical", schema.toString());
    answer.put("parsing_form", SchemaNormalization.toParsingForm(schema));
    answer.put("fingerprint", String.format("%016x", SchemaNormalization.parsingFingerprint64(schema)));
  }

  static void compare(ObjectNode answer) {
    Schema reader = parse(answer.get("reader").asText(), false);
    Schema writer = parse(answer.get("writer").asText(), false);
    ArrayNode differences = JSON.createArrayNode();
    for (var found :
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult().getIncompatibilities()) {
      differences.addArray().add(found.getType().toString()).add(found.getLocation()).add(found.getMessage());
    }
    answer.set("differences", differences);
  }

  static Schema parse(String text, boolean strict) {
    Schema.Parser parser = new Schema.Parser(strict ? NameValidator.STRICT_VALIDATOR : NameValidator.NO_VALIDATION);
    parser.setValidateDefaults(strict);
    return parser.parse(text);
  }
}
