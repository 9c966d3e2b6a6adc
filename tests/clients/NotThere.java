// What Java's clients say where the broker has no such feature: an error at once, not a wait. One line for each.
//
//     java -cp '.../libs/*' NotThere.java BOOTSTRAP

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public final class NotThere {
    public static void main(String[] arguments) throws Exception {
        String broker = arguments[0];
        Map<String, Object> reader = Map.of(
            "bootstrap.servers", broker, "group.id", "java-group",
            "key.deserializer", StringDeserializer.class, "value.deserializer", StringDeserializer.class);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.createTopics(List.of(new NewTopic("there", 1, (short) 1))).all().get();
            attempt("transactions", () -> {
                Map<String, Object> settings = Map.of(
                    "bootstrap.servers", broker, "transactional.id", "mine", "max.block.ms", 10_000,
                    "key.serializer", StringSerializer.class, "value.serializer", StringSerializer.class);
                try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
                    producer.initTransactions();
                }
                return null;
            });
            attempt("share consumer", () -> {
                try (KafkaShareConsumer<String, String> consumer = new KafkaShareConsumer<>(reader)) {
                    consumer.subscribe(List.of("there"));
                    for (int polls = 0; polls < 20; polls++) consumer.poll(Duration.ofMillis(500));
                }
                return null;
            });
            attempt("describe ACLs", () -> admin.describeAcls(AclBindingFilter.ANY).values().get());
            AclBinding acl = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, "there", PatternType.LITERAL),
                new AccessControlEntry("User:a", "*", AclOperation.READ, AclPermissionType.ALLOW));
            attempt("create ACLs", () -> admin.createAcls(List.of(acl)).all().get());
            attempt("describe quotas", () -> admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get());
            var client = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "somebody"));
            var quota = new ClientQuotaAlteration(client, List.of(new ClientQuotaAlteration.Op("consumer_byte_rate", 1e6)));
            attempt("alter quotas", () -> admin.alterClientQuotas(List.of(quota)).all().get());
            attempt("unregister a broker", () -> admin.unregisterBroker(7).all().get());
            attempt("update features", () -> admin.updateFeatures(
                Map.of("group.version", new FeatureUpdate((short) 1, FeatureUpdate.UpgradeType.UPGRADE)),
                new UpdateFeaturesOptions()).all().get());
            attempt("consumer protocol", () -> {
                Map<String, Object> settings = new java.util.HashMap<>(reader);
                settings.put("group.protocol", "consumer");
                try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
                    consumer.subscribe(List.of("there"));
                    for (int polls = 0; polls < 20; polls++) consumer.poll(Duration.ofMillis(500));
                }
                return null;
            });
        }
        System.out.println("ok");
    }

    private static void attempt(String what, Callable<?> call) {
        try {
            call.call();
            System.out.println(what + ": no error");
        } catch (ExecutionException error) {
            System.out.println(what + ": " + error.getCause().getClass().getSimpleName());
        } catch (Exception error) {
            System.out.println(what + ": " + error.getClass().getSimpleName());
            System.err.println(what + ": " + error);
        }
    }
}
