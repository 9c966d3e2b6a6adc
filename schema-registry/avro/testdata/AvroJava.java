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
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line; (line = in.readLine()) != null; ) {
      ObjectNode answer = (ObjectNode) JSON.readTree(line);
      if (answer.has("schema")) describe(answer);
      else compare(answer);
      out.println(JSON.writeValueAsString(answer));
    }
    out.flush();
  }

  static void describe(ObjectNode answer) {
    try {
      Schema schema = parse(answer.get("schema").asText(), answer.get("strict").asBoolean());
      answer.put("canonical", schema.toString());
      answer.put("parsing_form", SchemaNormalization.toParsingForm(schema));
      answer.put("fingerprint", String.format("%016x", SchemaNormalization.parsingFingerprint64(schema)));
    } catch (RuntimeException e) {
      answer.put("error", e.getMessage());
    }
  }

  static void compare(ObjectNode answer) {
    Schema reader, writer;
    try {
      reader = parse(answer.get("reader").asText(), false);
      writer = parse(answer.get("writer").asText(), false);
    } catch (RuntimeException e) {
      answer.put("error", e.getMessage());
      return;
    }
    if (answer.remove("canonical") != null) {
      answer.put("reader_canonical", reader.toString());
      answer.put("writer_canonical", writer.toString());
    }
    compare(answer, "differences", "error", reader, writer);
    compare(answer, "reverse", "reverse_error", writer, reader);
  }

  static void compare(ObjectNode answer, String member, String errorMember, Schema reader, Schema writer) {
    try {
      ArrayNode differences = JSON.createArrayNode();
      for (var found :
          SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult().getIncompatibilities()) {
        differences.addArray().add(found.getType().toString()).add(found.getLocation()).add(found.getMessage());
      }
      answer.set(member, differences);
    } catch (RuntimeException e) {
      answer.put(errorMember, e.getMessage());
    }
  }

  static Schema parse(String text, boolean strict) {
    Schema.Parser parser = new Schema.Parser(strict ? NameValidator.STRICT_VALIDATOR : NameValidator.NO_VALIDATION);
    parser.setValidateDefaults(strict);
    return parser.parse(text);
  }
}
