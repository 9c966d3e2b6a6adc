import java.lang.reflect.*;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.*;
import org.apache.kafka.common.record.internal.*;

/**
 * Fills Apache Kafka's generated message classes with values and prints, for each message name on standard input
 * and each of its versions, "Name version hex value": the bytes that Kafka writes, and what it reads back out of
 * them, in the form of Rust's debug output. From the descriptors folder, with Kafka's jars in LIBS:
 *
 *   awk '/^[a-z]/ { print $2 }' api/* records/* | sort |
 *     java -cp "LIBS/*" ../tests/messages/golden/Golden.java > ../tests/messages/golden/apache-kafka-4.3.1.txt
 */
public class Golden {
    static final String[] PACKAGES = {
        "org.apache.kafka.common.message.", "org.apache.kafka.common.metadata.",
        "org.apache.kafka.coordinator.group.generated.", "org.apache.kafka.coordinator.share.generated.",
        "org.apache.kafka.coordinator.transaction.generated.", "org.apache.kafka.raft.generated.",
        "org.apache.kafka.server.log.remote.metadata.storage.generated.", "org.apache.kafka.storage.internals.log.",
    };

    static int counter = 1;

    public static void main(String[] args) throws Exception {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            String name = lines.nextLine();
            Class<?> type = find(name);
            if (type == null) {
                System.err.println("not in this Kafka: " + name);
                continue;
            }
            short low = (Short) type.getField("LOWEST_SUPPORTED_VERSION").get(null);
            short high = (Short) type.getField("HIGHEST_SUPPORTED_VERSION").get(null);
            for (short version = low; version <= high; version++) print(name, type, version);
        }
    }

    static Class<?> find(String name) {
        for (String prefix : PACKAGES)
            for (String suffix : new String[] {"", "Data"})
                try {
                    Class<?> type = Class.forName(prefix + name + suffix);
                    if (Message.class.isAssignableFrom(type)) return type;
                } catch (ClassNotFoundException e) {
                    continue;
                }
        return null;
    }

    static void print(String name, Class<?> type, short version) throws Exception {
        Message message = (Message) type.getConstructor().newInstance();
        fill(message);
        byte[] bytes;
        while ((bytes = write(message, version)) == null) { }
        Message back = (Message) type.getConstructor().newInstance();
        back.read(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version);
        StringBuilder text = new StringBuilder();
        show(back, text);
        System.out.println(name + " " + version + " " + HexFormat.of().formatHex(bytes) + " " + text);
    }

    /** The message's bytes; null if the version refused a field, which is at its default now. */
    static byte[] write(Message message, short version) throws Exception {
        try {
            return MessageUtil.toByteBufferAccessor(message, version).buffer().array();
        } catch (org.apache.kafka.common.errors.UnsupportedVersionException e) {
            if (!reset(message, e.getMessage())) throw e;
            return null;
        }
    }

    static boolean reset(Object message, String why) throws Exception {
        boolean found = false;
        for (Field field : fields(message.getClass())) {
            Object value = field.get(message);
            if (why.contains("non-default " + field.getName() + " ")) {
                field.set(message, field.get(message.getClass().getConstructor().newInstance()));
                found = true;
            } else if (value instanceof Message) {
                found |= reset(value, why);
            } else if (value instanceof Collection) {
                for (Object item : (Collection<?>) value) if (item instanceof Message) found |= reset(item, why);
            }
        }
        return found;
    }

    static List<Field> fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) continue;
            if (field.getName().equals("_unknownTaggedFields") || field.getName().equals("next") || field.getName().equals("prev")) continue;
            field.setAccessible(true);
            fields.add(field);
        }
        return fields;
    }

    static void fill(Object message) throws Exception {
        for (Field field : fields(message.getClass())) field.set(message, value(field.getType(), field.getGenericType()));
    }

    @SuppressWarnings("unchecked")
    static Object value(Class<?> type, Type generic) throws Exception {
        int n = counter++;
        if (type == boolean.class || type == Boolean.class) return true;
        if (type == byte.class || type == Byte.class) return (byte) (n % 100);
        if (type == short.class || type == Short.class) return (short) (n % 30000);
        if (type == int.class && generic == int.class) return n % 60000;
        if (type == Integer.class) return n;
        if (type == long.class || type == Long.class) return 1_000_000_007L * n;
        if (type == double.class) return n + 0.5;
        if (type == String.class) return "text-" + n;
        if (type == byte[].class) return new byte[] {1, (byte) n, (byte) 200};
        if (type == ByteBuffer.class) return ByteBuffer.wrap(new byte[] {2, (byte) n, (byte) 201});
        if (type == Uuid.class) return new Uuid(n, -n);
        if (Message.class.isAssignableFrom(type)) {
            Object message = type.getConstructor().newInstance();
            fill(message);
            return message;
        }
        if (Collection.class.isAssignableFrom(type)) {
            Collection<Object> list = type == List.class ? new ArrayList<>() : (Collection<Object>) type.getConstructor().newInstance();
            Type element = generic instanceof ParameterizedType
                ? ((ParameterizedType) generic).getActualTypeArguments()[0]
                : ((ParameterizedType) type.getGenericSuperclass()).getActualTypeArguments()[0];
            for (int i = 0; i < 2; i++) list.add(value((Class<?>) element, element));
            return list;
        }
        if (BaseRecords.class.isAssignableFrom(type)) return MemoryRecords.readableRecords(ByteBuffer.wrap(new byte[] {3, (byte) n, 0}));
        throw new IllegalArgumentException(type.toString());
    }

    static void show(Object value, StringBuilder text) throws Exception {
        if (value == null) text.append("None");
        else if (value instanceof String) text.append('"').append(value).append('"');
        else if (value instanceof byte[]) show((byte[]) value, text);
        else if (value instanceof ByteBuffer) {
            byte[] bytes = new byte[((ByteBuffer) value).remaining()];
            ((ByteBuffer) value).duplicate().get(bytes);
            show(bytes, text);
        } else if (value instanceof MemoryRecords) show(((MemoryRecords) value).buffer(), text);
        else if (value instanceof Uuid) {
            Uuid id = (Uuid) value;
            text.append(new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()));
        } else if (value instanceof Collection) {
            String comma = "";
            text.append('[');
            for (Object item : (Collection<?>) value) {
                text.append(comma);
                comma = ", ";
                show(item, text);
            }
            text.append(']');
        } else if (value instanceof Message) {
            String comma = "";
            text.append(value.getClass().getSimpleName()).append(" { ");
            for (Field field : fields(value.getClass())) {
                text.append(comma).append(field.getName()).append(": ");
                comma = ", ";
                show(field.get(value), text);
            }
            text.append(" }");
        } else text.append(value);
    }

    static void show(byte[] bytes, StringBuilder text) {
        text.append("b\"");
        for (byte b : bytes) {
            int c = b & 0xff;
            if (c == 0) text.append("\\0");
            else if (c == '\n') text.append("\\n");
            else if (c == '\r') text.append("\\r");
            else if (c == '\t') text.append("\\t");
            else if (c == '"' || c == '\\') text.append('\\').append((char) c);
            else if (c >= 32 && c < 127) text.append((char) c);
            else text.append(String.format("\\x%02x", c));
        }
        text.append('"');
    }
}
