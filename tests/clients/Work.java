// The usual work of an application with Apache's Java clients, mistakes included; prints what it saw, a fact a line.
//
//     java -cp 'KAFKA/libs/*' Work.java BOOTSTRAP

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.*;

public final class Work {
    static String broker;
    static Admin admin;

    public static void main(String[] arguments) throws Exception {
        broker = arguments[0];
        admin = Admin.create(Map.of("bootstrap.servers", broker));
        topics();
        produce();
        read();
        offsets();
        groupGrowsAndShrinks("range", RangeAssignor.class);
        groupGrowsAndShrinks("cooperative-sticky", CooperativeStickyAssignor.class);
        staticMembers();
        commitAndResume();
        groupsByAdmin();
        configs();
        end();
        admin.close();
        System.out.println("ok");
    }

    static void topics() throws Exception {
        say("create", () -> {
            var result = admin.createTopics(List.of(new NewTopic("work", 3, (short) 1).configs(Map.of("max.message.bytes", "2000000"))));
            return result.numPartitions("work").get() + " partitions, " + result.replicationFactor("work").get() + " replica, "
                + result.config("work").get().get("max.message.bytes").value();
        });
        for (NewTopic wrong : List.of(new NewTopic("work", 1, (short) 1), new NewTopic("a/b", 1, (short) 1),
            new NewTopic("", 1, (short) 1), new NewTopic("x".repeat(250), 1, (short) 1), new NewTopic("none", 0, (short) 1),
            new NewTopic("many", 1, (short) 3), new NewTopic("gap", Map.of(1, List.of(1))),
            new NewTopic("twice", Map.of(0, List.of(1, 1))), new NewTopic("nobody", Map.of(0, List.of(9))),
            new NewTopic("odd", 1, (short) 1).configs(Map.of("segment.bytes", "3"))))
            say("create " + cut(wrong.name()), () -> admin.createTopics(List.of(wrong)).all().get());
        say("create, only validated", () -> admin.createTopics(List.of(new NewTopic("dry", 1, (short) 1)),
            new CreateTopicsOptions().validateOnly(true)).all().get());
        say("create with defaults", () -> admin.createTopics(List.of(new NewTopic("defaults", Optional.empty(), Optional.empty()))).all().get());
        say("list", () -> new TreeSet<>(admin.listTopics().names().get()));
        say("describe", () -> admin.describeTopics(List.of("work")).allTopicNames().get().get("work").partitions().stream()
            .map(p -> p.partition() + " at " + p.leader().id() + " " + p.replicas().size() + " " + p.isr().size() + " " + p.elr() + " "
                + p.lastKnownElr()).toList());
        say("describe absent", () -> admin.describeTopics(List.of("absent")).allTopicNames().get());
        say("describe by id", () -> {
            Uuid id = admin.describeTopics(List.of("work")).allTopicNames().get().get("work").topicId();
            return admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds().get().get(id).name();
        });
        say("describe by an unknown id", () -> admin.describeTopics(TopicCollection.ofTopicIds(List.of(new Uuid(1, 2)))).allTopicIds().get());
        say("more partitions", () -> admin.createPartitions(Map.of("work", NewPartitions.increaseTo(4))).all().get());
        for (int count : List.of(4, 2, 0)) say("partitions " + count, () -> admin.createPartitions(Map.of("work", NewPartitions.increaseTo(count))).all().get());
        say("partitions of nothing", () -> admin.createPartitions(Map.of("absent", NewPartitions.increaseTo(4))).all().get());
        say("cluster", () -> {
            var cluster = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
            return cluster.nodes().get().size() + " node, controller " + cluster.controller().get().id() + " " + sorted(cluster.authorizedOperations().get());
        });
        say("log dirs", () -> admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).values().stream()
            .map(dir -> dir.error() + " " + dir.replicaInfos().keySet().stream().map(Object::toString).sorted().toList()).toList());
    }

    static void produce() throws Exception {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            for (String acks : List.of("all", "1", "0")) {
                try (var producer = producer("compression.type", codec, "acks", acks, "enable.idempotence", String.valueOf(acks.equals("all")),
                    "linger.ms", "20")) {
                    for (int n = 0; n < 20; n++) producer.send(new ProducerRecord<>("work", n % 4, "k" + n, codec + " " + acks + " " + n));
                    producer.flush();
                    say("produce " + codec + " acks " + acks, () -> offset(producer.send(new ProducerRecord<>("work", 0, "last", codec)).get()));
                }
            }
        }
        try (var producer = producer("max.request.size", "9000000", "compression.type", "none")) {
            var headers = List.<org.apache.kafka.common.header.Header>of(new RecordHeader("a", "1".getBytes()),
                new RecordHeader("a", "2".getBytes()), new RecordHeader("null", (byte[]) null), new RecordHeader("", new byte[0]));
            say("headers", () -> offset(producer.send(new ProducerRecord<>("work", 1, 1_700_000_000_000L, "h", "headers", headers)).get()));
            say("null value", () -> offset(producer.send(new ProducerRecord<>("work", 1, "deleted", null)).get()));
            say("null key", () -> offset(producer.send(new ProducerRecord<>("work", 1, null, "no key")).get()));
            say("nothing", () -> offset(producer.send(new ProducerRecord<>("work", 1, null, (String) null)).get()));
            say("large", () -> offset(producer.send(new ProducerRecord<>("work", 2, "large", "x".repeat(1_900_000))).get()));
            say("too large", () -> offset(producer.send(new ProducerRecord<>("work", 2, "large", "x".repeat(2_100_000))).get()));
            say("after it", () -> offset(producer.send(new ProducerRecord<>("work", 2, "k", "v")).get()));
            say("from the future", () -> offset(producer.send(new ProducerRecord<>("work", 2, 4_000_000_000_000L, "k", "v")).get())
                .replaceAll("[0-9]{13}", "T"));
            say("to a topic with a wrong name", () -> offset(producer.send(new ProducerRecord<>("a b", "k", "v")).get()));
            say("partitions", () -> producer.partitionsFor("work").size());
            say("to a new topic", () -> offset(producer.send(new ProducerRecord<>("made", "k", "v")).get()));
        }
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "made"),
            List.of(new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET),
                new AlterConfigOp(new ConfigEntry("message.timestamp.type", "LogAppendTime"), AlterConfigOp.OpType.SET)))).all().get();
        try (var producer = producer()) {
            until(() -> !(told(() -> producer.send(new ProducerRecord<>("made", 0, "k", "again")).get().timestamp() > 5)).equals("false"));
            say("no key to a compacted topic", () -> offset(producer.send(new ProducerRecord<>("made", 0, null, "v")).get()));
            say("append time", () -> producer.send(new ProducerRecord<>("made", 0, 5L, "k", "v")).get().timestamp() > 5);
        }
    }

    static void read() throws Exception {
        try (var consumer = consumer(null)) {
            var partitions = partitions(4);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var counts = new TreeMap<Integer, Integer>();
            var odd = new ArrayList<String>();
            var end = consumer.endOffsets(partitions);
            until(() -> {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    counts.merge(record.partition(), 1, Integer::sum);
                    if (record.headers().iterator().hasNext() || record.key() == null || record.value() == null || record.value().length() > 1000)
                        odd.add(record.partition() + "@" + record.offset() + " " + record.key() + " "
                            + (record.value() == null ? null : cut(record.value())) + " " + Arrays.stream(record.headers().toArray())
                            .map(h -> h.key() + "=" + (h.value() == null ? null : new String(h.value()))).toList() + " "
                            + record.timestampType() + " " + record.leaderEpoch());
                }
                return partitions.stream().allMatch(p -> consumer.position(p) >= end.get(p));
            });
            odd.sort(null);
            System.out.println("read " + counts);
            odd.forEach(record -> System.out.println("  " + record));
            consumer.seek(partitions.get(0), 70);
            consumer.seek(partitions.get(3), 5);
            consumer.pause(partitions.subList(1, 3));
            var first = new TreeMap<Integer, Long>();
            until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(r -> first.putIfAbsent(r.partition(), r.offset()));
                return first.size() == 2;
            });
            System.out.println("after seek " + first);
            say("for times", () -> sorted(consumer.offsetsForTimes(Map.of(partitions.get(1), 1_699_999_999_999L, partitions.get(0), 0L,
                partitions.get(3), 4_000_000_000_000L))).replaceAll("timestamp=17[0-9]{11}|timestamp=18[0-9]{11}", "timestamp=T"));
            say("times of an unknown partition", () -> consumer.offsetsForTimes(Map.of(new TopicPartition("work", 9), 0L), Duration.ofMillis(600)));
            say("partitions of an unknown topic", () -> consumer.partitionsFor("absent", Duration.ofMillis(600)));
        }
        try (var consumer = consumer(null, "auto.offset.reset", "none")) {
            consumer.assign(partitions(1));
            consumer.seek(partitions(1).get(0), 100_000);
            say("beyond the end, no reset", () -> {
                for (int n = 0; n < 100; n++) consumer.poll(Duration.ofMillis(100));
                return "nothing";
            });
            say("no group", () -> consumer.committed(Set.copyOf(partitions(1))));
        }
        try (var consumer = consumer(null, "auto.offset.reset", "by_duration:PT1H", "isolation.level", "read_committed")) {
            consumer.assign(partitions(1));
            until(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
            System.out.println("by duration from " + (consumer.position(partitions(1).get(0)) > 0));
        }
    }

    static void offsets() throws Exception {
        var p = new TopicPartition("work", 1);
        for (var spec : List.of(OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.forTimestamp(1_700_000_000_000L),
            OffsetSpec.maxTimestamp(), OffsetSpec.earliestLocal(), OffsetSpec.latestTiered()))
            say("offset " + spec.getClass().getSimpleName(), () -> admin.listOffsets(Map.of(p, spec)).partitionResult(p).get().offset());
        say("delete records", () -> admin.deleteRecords(Map.of(p, RecordsToDelete.beforeOffset(10))).lowWatermarks().get(p).get().lowWatermark());
        say("delete records again", () -> admin.deleteRecords(Map.of(p, RecordsToDelete.beforeOffset(3))).lowWatermarks().get(p).get().lowWatermark());
        say("delete too many", () -> admin.deleteRecords(Map.of(p, RecordsToDelete.beforeOffset(1000))).lowWatermarks().get(p).get().lowWatermark());
        say("earliest", () -> admin.listOffsets(Map.of(p, OffsetSpec.earliest())).partitionResult(p).get().offset());
    }

    /** Members come and go; each time all partitions must be given out, to as many members as there are. */
    static void groupGrowsAndShrinks(String name, Class<?> assignor) throws Exception {
        var members = new ArrayList<Member>();
        for (int size : List.of(1, 3, 2, 1)) {
            while (members.size() < size) members.add(new Member("group-" + name, assignor));
            while (members.size() > size) members.remove(members.size() - 1).close();
            until(() -> {
                members.forEach(Member::poll);
                var all = members.stream().flatMap(m -> m.consumer.assignment().stream()).toList();
                return all.size() == 4 && Set.copyOf(all).size() == 4 && members.stream().noneMatch(m -> m.consumer.assignment().isEmpty());
            });
            System.out.println(name + " with " + size + ": " + members.stream().map(m -> m.consumer.assignment().size()).sorted().toList());
            say("described", () -> {
                var group = stable("group-" + name, members);
                return group.groupState() + " " + group.partitionAssignor() + " " + group.type() + " " + group.members().size() + " "
                    + group.members().stream().map(m -> m.clientId() + m.host() + m.groupInstanceId()).collect(Collectors.toCollection(TreeSet::new));
            });
        }
        say("last to go lost " + name, () -> members.get(0).lost);
        members.get(0).close();
    }

    /** What a group is once its rebalance is over: an assignor that is cooperative takes two, and members may join late. */
    static ConsumerGroupDescription stable(String name, List<Member> members) {
        var found = new ConsumerGroupDescription[1];
        until(() -> {
            members.forEach(Member::poll);
            var described = admin.describeConsumerGroups(List.of(name)).all().toCompletionStage().toCompletableFuture();
            found[0] = described.join().get(name);
            return found[0].groupState() == GroupState.STABLE && found[0].members().size() == members.size();
        });
        return found[0];
    }

    static void staticMembers() throws Exception {
        var first = new Member("group-static", RangeAssignor.class, "group.instance.id", "one");
        var second = new Member("group-static", RangeAssignor.class, "group.instance.id", "two");
        until(() -> {
            first.poll();
            second.poll();
            return first.consumer.assignment().size() == 2 && second.consumer.assignment().size() == 2;
        });
        var had = sorted(second.consumer.assignment());
        int generation = second.consumer.groupMetadata().generationId();
        second.close();
        var again = new Member("group-static", RangeAssignor.class, "group.instance.id", "two");
        until(() -> {
            first.poll();
            again.poll();
            return again.consumer.assignment().size() == 2;
        });
        System.out.println("static member back: same partitions " + had.equals(sorted(again.consumer.assignment())) + ", same generation "
            + (generation == again.consumer.groupMetadata().generationId()));
        var twin = new Member("group-static", RangeAssignor.class, "group.instance.id", "two");
        until(() -> {
            twin.poll();
            return !twin.consumer.assignment().isEmpty();
        });
        say("the one before is fenced", () -> {
            again.consumer.commitSync(Map.of(new TopicPartition("work", 0), new OffsetAndMetadata(1)));
            return "no";
        });
        say("remove a member", () -> admin.removeMembersFromConsumerGroup("group-static",
            new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("one")))).all().get());
        say("remove an unknown member", () -> admin.removeMembersFromConsumerGroup("group-static",
            new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("none")))).all().get());
        for (Member member : List.of(first, again, twin)) member.close();
    }

    static void commitAndResume() throws Exception {
        var p = new TopicPartition("work", 3);
        try (var consumer = consumer("group-commit", "max.poll.records", "7")) {
            consumer.assign(List.of(p));
            int[] seen = {0};
            until(() -> (seen[0] += consumer.poll(Duration.ofMillis(200)).count()) >= 14);
            consumer.commitSync();
            consumer.commitSync(Map.of(new TopicPartition("work", 0), new OffsetAndMetadata(3, Optional.of(0), "note")));
            say("commit to an unknown partition", () -> {
                consumer.commitSync(Map.of(new TopicPartition("work", 77), new OffsetAndMetadata(3)), Duration.ofMillis(700));
                return "done";
            });
            say("too much metadata", () -> {
                consumer.commitSync(Map.of(p, new OffsetAndMetadata(3, "x".repeat(5000))));
                return "done";
            });
        }
        try (var consumer = consumer("group-commit", "max.poll.records", "7")) {
            consumer.assign(List.of(p));
            long[] first = {-1};
            until(() -> {
                for (var record : consumer.poll(Duration.ofMillis(200))) if (first[0] < 0) first[0] = record.offset();
                return first[0] >= 0;
            });
            System.out.println("resumes at " + first[0]);
            say("committed", () -> sorted(consumer.committed(Set.of(p, new TopicPartition("work", 0), new TopicPartition("work", 2)))));
        }
    }

    static void groupsByAdmin() throws Exception {
        say("groups", () -> admin.listGroups().all().get().stream()
            .filter(g -> !g.groupId().equals("group-static")).map(g -> g.groupId() + " " + g.type() + " " + g.protocol() + " "
            + g.groupState().map(Object::toString).orElse("-")).sorted().toList());
        say("offsets", () -> sorted(admin.listConsumerGroupOffsets("group-commit").partitionsToOffsetAndMetadata().get()));
        var p = new TopicPartition("work", 3);
        say("reset", () -> admin.alterConsumerGroupOffsets("group-commit", Map.of(p, new OffsetAndMetadata(2))).all().get());
        say("offsets", () -> sorted(admin.listConsumerGroupOffsets("group-commit").partitionsToOffsetAndMetadata().get()));
        say("reset of nothing", () -> admin.alterConsumerGroupOffsets("group-new", Map.of(p, new OffsetAndMetadata(2))).all().get());
        var member = new Member("group-commit", RangeAssignor.class);
        until(() -> {
            member.poll();
            return member.consumer.assignment().size() == 4;
        });
        say("reset while it reads", () -> admin.alterConsumerGroupOffsets("group-commit", Map.of(p, new OffsetAndMetadata(2))).all().get());
        say("delete while it reads", () -> admin.deleteConsumerGroups(List.of("group-commit")).all().get());
        say("delete offsets while it reads", () -> admin.deleteConsumerGroupOffsets("group-commit", Set.of(p)).all().get());
        member.close();
        say("delete offsets", () -> admin.deleteConsumerGroupOffsets("group-commit", Set.of(p)).all().get());
        say("delete group", () -> admin.deleteConsumerGroups(List.of("group-commit")).all().get());
        say("delete group again", () -> admin.deleteConsumerGroups(List.of("group-commit")).all().get());
        say("describe it", () -> admin.describeConsumerGroups(List.of("group-commit")).all().get());
        say("offsets of it", () -> admin.listConsumerGroupOffsets("group-commit").partitionsToOffsetAndMetadata().get());
    }

    static void configs() throws Exception {
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, "work");
        for (var op : List.of(op("retention.ms", "1234567", AlterConfigOp.OpType.SET), op("cleanup.policy", "compact", AlterConfigOp.OpType.APPEND),
            op("cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT), op("retention.ms", "", AlterConfigOp.OpType.DELETE),
            op("retention.ms", "soon", AlterConfigOp.OpType.SET), op("no.such", "1", AlterConfigOp.OpType.SET),
            op("retention.ms", "1", AlterConfigOp.OpType.APPEND), op("compression.type", "brotli", AlterConfigOp.OpType.SET),
            op("min.insync.replicas", "0", AlterConfigOp.OpType.SET))) {
            say(op.opType() + " " + op.configEntry().name(), () -> admin.incrementalAlterConfigs(Map.of(topic, List.of(op))).all().get());
            say("  set", () -> admin.describeConfigs(List.of(topic)).all().get().get(topic).entries().stream()
                .filter(e -> e.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG).map(e -> e.name() + "=" + e.value()).sorted().toList());
        }
        say("only validated", () -> admin.incrementalAlterConfigs(Map.of(topic, List.of(op("retention.ms", "7", AlterConfigOp.OpType.SET))),
            new AlterConfigsOptions().validateOnly(true)).all().get());
        say("of an absent topic", () -> admin.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.TOPIC, "absent"))).all().get());
        say("of another broker", () -> admin.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.TOPIC, "a/b"))).all().get());
        say("resources", () -> admin.listConfigResources(Set.of(ConfigResource.Type.BROKER, ConfigResource.Type.TOPIC), new ListConfigResourcesOptions())
            .all().get().stream().map(Object::toString).sorted().toList());
        say("elect", () -> admin.electLeaders(ElectionType.PREFERRED, Set.of(new TopicPartition("work", 0))).partitions().get()
            .get(new TopicPartition("work", 0)).map(e -> e.getClass().getSimpleName() + ": " + e.getMessage()));
    }

    static void end() throws Exception {
        say("delete", () -> admin.deleteTopics(List.of("work", "made", "defaults")).all().get());
        say("delete absent", () -> admin.deleteTopics(List.of("work")).all().get());
        until(() -> told(() -> admin.listTopics().names().get()).equals("[]"));
        say("list", () -> admin.listTopics().names().get());
    }

    static AlterConfigOp op(String key, String value, AlterConfigOp.OpType type) {
        return new AlterConfigOp(new ConfigEntry(key, value), type);
    }

    static List<TopicPartition> partitions(int count) {
        var all = new ArrayList<TopicPartition>();
        for (int n = 0; n < count; n++) all.add(new TopicPartition("work", n));
        return all;
    }

    static KafkaProducer<String, String> producer(String... settings) {
        return new KafkaProducer<>(map(settings), new StringSerializer(), new StringSerializer());
    }

    static KafkaConsumer<String, String> consumer(String group, String... settings) {
        var all = new HashMap<String, Object>(Map.of("auto.offset.reset", "earliest", "enable.auto.commit", "false",
            "allow.auto.create.topics", "false"));
        if (group != null) all.put("group.id", group);
        all.putAll(map(settings));
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    static Map<String, Object> map(String... settings) {
        var map = new HashMap<String, Object>(Map.of("bootstrap.servers", broker, "client.id", "work"));
        for (int n = 0; n < settings.length; n += 2) map.put(settings[n], settings[n + 1]);
        return map;
    }

    static String offset(RecordMetadata metadata) {
        return metadata.partition() + "@" + metadata.offset();
    }

    static String cut(String text) {
        return text.length() < 60 ? text : text.substring(0, 5) + "... of " + text.length();
    }

    static String sorted(Object collection) {
        var items = collection instanceof Map<?, ?> map ? map.entrySet() : (Collection<?>) collection;
        return items.stream().map(Object::toString).sorted().toList().toString();
    }

    static void say(String what, Callable<?> work) {
        System.out.println(what + ": " + told(work));
    }

    static String told(Callable<?> work) {
        try {
            return String.valueOf(work.call());
        } catch (Exception failed) {
            Throwable cause = failed instanceof ExecutionException ? failed.getCause() : failed;
            String text = String.valueOf(cause.getMessage()).lines().findFirst().orElse("").replace(broker, "BROKER")
                .replaceAll("-?[0-9]{13,}", "T").replaceAll("in 60[0-9]ms", "in 600ms");
            return cause.getClass().getSimpleName() + ": " + (text.length() < 320 ? text : text.substring(0, 320));
        }
    }

    static void until(BooleanSupplier done) {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > deadline) throw new IllegalStateException("still not after 60 s");
        }
    }

    /** A member of a group that reads all partitions of the topic. */
    static final class Member {
        final KafkaConsumer<String, String> consumer;
        int lost;

        Member(String group, Class<?> assignor, String... settings) {
            var all = Arrays.copyOf(settings, settings.length + 2);
            all[settings.length] = "partition.assignment.strategy";
            all[settings.length + 1] = assignor.getName();
            consumer = Work.consumer(group, all);
            consumer.subscribe(List.of("work"), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) { }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) { }

                @Override
                public void onPartitionsLost(Collection<TopicPartition> partitions) {
                    lost++;
                }
            });
        }

        void poll() {
            consumer.poll(Duration.ofMillis(50));
        }

        void close() {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(5)));
        }
    }
}
