// Apache's command-line tools do their work on a broker; prints what each was asked and what it answered.
//
//     java --add-opens java.base/java.lang=ALL-UNNAMED -cp KAFKA/libs/* Tools.java BOOTSTRAP
//
// Each tool is its own unmodified class with the arguments that its script passes. They share one JVM, because starting
// one for each takes minutes: each call has a class loader of its own (for what tools keep in static fields), System.exit
// ends the call, and the JVM's shutdown hooks run at its end. What differs between any two runs (ids, ports, times, speeds)
// is replaced.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Exit;

public class Tools {
    static final PrintStream OUT = System.out;
    static final String TOOLS = "org.apache.kafka.tools.";

    static String bootstrap;
    static Path folder;
    static String logDir = "/nowhere";

    public static void main(String[] arguments) throws Exception {
        bootstrap = arguments[0];
        folder = Files.createTempDirectory("tools");
        // Loggers bind to the real standard error; what tools print there is part of their answer.
        org.slf4j.LoggerFactory.getLogger(Tools.class);
        Exit.setExitProcedure((status, message) -> Answer.current.end(status));
        Exit.setHaltProcedure((status, message) -> Answer.current.end(status));
        try {
            cluster();
            topics();
            configs();
            records();
            groups();
            offsets();
            logs();
            programs();
            end();
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) Files.delete(file);
            }
            Files.delete(folder);
        }
        OUT.println("ok");
        OUT.flush();
        Runtime.getRuntime().halt(0);
    }

    static void cluster() throws Exception {
        tool("ClusterTool", "cluster-id").say();
        tool("ClusterTool", "list-endpoints").say();
        tool("ClusterTool", "list-endpoints --include-fenced-brokers").say();
        tool("FeatureCommand", "describe").masked(EPOCH).say();
        tool("FeatureCommand", "upgrade --feature no.such=1").say();
        tool("FeatureCommand", "downgrade --feature metadata.version=7").say();
        tool("BrokerApiVersionsCommand", "").say();
        tool("MetadataQuorumCommand", "describe --replication").masked(QUORUM).say();
    }

    static void topics() throws Exception {
        tool("TopicCommand", "--create --topic tools --partitions 3 --config retention.ms=86400000").say();
        tool("TopicCommand", "--create --topic tools").say();
        tool("TopicCommand", "--create --topic tools --if-not-exists").say();
        tool("TopicCommand", "--create --topic bad/name").say();
        tool("TopicCommand", "--create --topic ..").say();
        tool("TopicCommand", "--create --topic dotted.name").say();
        tool("TopicCommand", "--create --topic many --replication-factor 2").say();
        tool("TopicCommand", "--create --topic none --partitions 0").say();
        tool("TopicCommand", "--create --topic odd --config retention.ms=soon").say();
        tool("TopicCommand", "--create --topic odd --config no.such=1").say();
        tool("TopicCommand", "--create --topic placed --replica-assignment 1,1").say();
        tool("TopicCommand", "--create --topic misplaced --replica-assignment 7,8").say();
        tool("TopicCommand", "--list").say();
        tool("TopicCommand", "--describe --topic tools").say();
        tool("TopicCommand", "--describe").say();
        tool("TopicCommand", "--describe --partition-size-limit-per-response 1 --topic tools").say();
        tool("TopicCommand", "--describe --topics-with-overrides --topic tools").say();
        tool("TopicCommand", "--describe --under-replicated-partitions").say();
        tool("TopicCommand", "--describe --unavailable-partitions").say();
        tool("TopicCommand", "--describe --under-min-isr-partitions").say();
        tool("TopicCommand", "--describe --at-min-isr-partitions").say();
        tool("TopicCommand", "--describe --topic absent").say();
        tool("TopicCommand", "--describe --topic-id AAAAAAAAAAAAAAAAAAAAAQ").say();
        tool("TopicCommand", "--alter --topic tools --partitions 4").say();
        tool("TopicCommand", "--alter --topic tools --partitions 2").say();
        tool("TopicCommand", "--alter --topic tools --partitions 4").say();
        tool("TopicCommand", "--alter --topic absent --partitions 4").say();
        tool("TopicCommand", "--delete --topic placed").say();
        tool("TopicCommand", "--delete --topic placed").say();
        tool("TopicCommand", "--delete --topic placed --if-exists").say();
        tool("LeaderElectionCommand", "--election-type preferred --topic tools --partition 0").say();
        tool("LeaderElectionCommand", "--election-type unclean --topic tools --partition 9").say();
    }

    static void configs() throws Exception {
        config("topics", "tools", "--alter --add-config max.message.bytes=2000000,cleanup.policy=[compact,delete]");
        config("topics", "tools", "--describe");
        config("topics", "tools", "--describe --all");
        config("topics", "tools", "--alter --delete-config cleanup.policy,segment.ms");
        config("topics", "tools", "--alter --add-config cleanup.policy=shred");
        config("topics", "tools", "--alter --add-config no.such=1");
        config("topics", "tools", "--alter --add-config retention.ms=-7");
        config("topics", "absent", "--alter --add-config retention.ms=7000");
        config("topics", "absent", "--describe");
        tool("kafka.admin.ConfigCommand", "--entity-type topics --describe").say();
        config("brokers", "1", "--alter --add-config log.retention.ms=90000000");
        while (brokerValue("log.retention.ms") == null) Thread.onSpinWait();
        config("brokers", "1", "--describe");
        config("brokers", "1", "--alter --delete-config log.retention.ms");
        config("brokers", "1", "--alter --add-config log.dirs=/tmp");
        config("brokers", "1", "--alter --add-config log.retention.ms=never");
        config("brokers", "9", "--describe");
        tool("kafka.admin.ConfigCommand",
            "--entity-type brokers --entity-default --alter --add-config message.max.bytes=3000000").say();
        tool("kafka.admin.ConfigCommand", "--entity-type brokers --entity-default --describe").say();
        while (!"3000000".equals(brokerValue("message.max.bytes"))) Thread.onSpinWait();
        config("topics", "dotted.name", "--describe --all");
        tool("kafka.admin.ConfigCommand",
            "--entity-type brokers --entity-default --alter --delete-config message.max.bytes").say();
        config("broker-loggers", "9", "--describe");
        config("broker-loggers", "1", "--alter --add-config root=WARN");
        tool("kafka.admin.ConfigCommand", "--entity-type broker-loggers --entity-name 1 --describe").masked(ROOT).say();
        config("broker-loggers", "1", "--alter --add-config root=LOUD");
        config("broker-loggers", "1", "--alter --delete-config root");
        config("broker-loggers", "1", "--alter --add-config no.such=INFO");
        tool("kafka.admin.ConfigCommand",
            "--entity-type brokers --entity-default --alter --delete-config min.insync.replicas").say();
        config("brokers", "1", "--alter --add-config min.insync.replicas=2");
        config("groups", "tools-group", "--describe");
        config("client-metrics", "somebody", "--describe");
    }

    static void records() throws Exception {
        String lines = "h1:a,h2:b\tk1\tfirst\nNULL\tk2\tNULL\nh1:c\tk3\tthird\n";
        String reader = "--reader-property parse.key=true --reader-property parse.headers=true"
            + " --reader-property null.marker=NULL";
        tool("ConsoleProducer", "--topic tools " + reader).input(lines).say();
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd"))
            tool("ConsoleProducer", "--topic dotted.name --compression-codec " + codec).input(codec + "\n").say();
        for (int size : List.of(1_900_000, 2_100_000))
            tool("ConsoleProducer", "--topic tools --reader-property parse.key=true"
                + " --command-property max.request.size=9000000").input("big\t" + "x".repeat(size) + "\n").say();
        tool("ConsoleProducer", "--topic bad/name").input("x\n").say();
        String all = " --formatter-property print.key=true --formatter-property print.headers=true"
            + " --formatter-property print.offset=true --formatter-property print.timestamp=true";
        tool("consumer.ConsoleConsumer", "--topic tools --from-beginning --max-messages 4 --group console-1 --timeout-ms 20000" + all).sorted().say();
        tool("consumer.ConsoleConsumer", "--topic dotted.name --from-beginning --max-messages 5"
            + " --group console-2 --timeout-ms 20000 --formatter-property print.partition=true").say();
        tool("consumer.ConsoleConsumer", "--topic dotted.name --partition 0 --offset 3 --max-messages 2 --timeout-ms 20000").say();
        tool("consumer.ConsoleConsumer", "--topic dotted.name --partition 0 --offset 77 --timeout-ms 700").say();
        tool("consumer.ConsoleConsumer", "--topic dotted.name --partition 0 --offset latest --timeout-ms 700").say();
        tool("consumer.ConsoleConsumer", "--topic dotted.name --group tools-group --from-beginning --max-messages 3"
            + " --timeout-ms 20000").say();
        tool("consumer.ConsoleConsumer", "--include dotted.* --group tools-group --max-messages 2"
            + " --timeout-ms 20000 --isolation-level read_committed").say();
        tool("consumer.ConsoleConsumer", "--topic bad/name --group console-3 --timeout-ms 700").say();
    }

    static void groups() throws Exception {
        tool("GroupsCommand", "--list").say();
        tool("GroupsCommand", "--list --consumer").say();
        tool("GroupsCommand", "--list --group-type classic --protocol consumer").say();
        tool("GroupsCommand", "--list --share").say();
        group("--list");
        group("--list --state");
        group("--list --state stable,empty");
        group("--list --type classic");
        group("--describe --group tools-group");
        group("--describe --group tools-group --state");
        group("--describe --group tools-group --members --verbose");
        group("--describe --group tools-group --offsets --verbose");
        group("--describe --all-groups --state");
        group("--describe --group absent");
        group("--describe --group absent --members");
        String reset = "--reset-offsets --group tools-group --topic dotted.name ";
        group(reset + "--to-earliest");
        group(reset + "--to-earliest --dry-run");
        group(reset + "--to-earliest --execute");
        group(reset + "--to-latest --execute");
        group(reset + "--shift-by -2 --execute");
        group(reset + "--shift-by -100 --execute");
        group(reset + "--to-offset 4 --execute");
        group(reset + "--to-offset 400 --execute");
        group(reset + "--to-current --execute");
        group(reset + "--by-duration PT1H --execute");
        group(reset + "--to-datetime 2001-01-01T00:00:00.000 --execute");
        group(reset + "--to-datetime 2091-01-01T00:00:00.000 --execute");
        group("--reset-offsets --group tools-group --all-topics --to-offset 3 --export");
        Path file = folder.resolve("offsets.csv");
        Files.writeString(file, "dotted.name,0,1\n");
        group("--reset-offsets --group tools-group --from-file " + file + " --execute");
        group("--reset-offsets --group tools-group --topic dotted.name:5 --to-earliest --execute");
        group("--reset-offsets --group tools-group --topic absent --to-earliest --execute");
        group("--reset-offsets --group new-group --topic tools:0,1 --to-earliest --execute");
        try (var member = new Member("tools-group", "dotted.name")) {
            group("--describe --group tools-group");
            group("--describe --group tools-group --members --verbose");
            group("--describe --group tools-group --state");
            group("--list --state");
            group(reset + "--to-earliest --execute");
            group("--delete --group tools-group");
            group("--delete-offsets --group tools-group --topic dotted.name");
        }
        group("--delete-offsets --group tools-group --topic dotted.name:0");
        group("--delete-offsets --group tools-group --topic absent");
        group("--delete-offsets --group absent --topic dotted.name");
        group("--delete --group new-group");
        group("--delete --group absent");
        group("--delete --group tools-group --group absent");
    }

    static void offsets() throws Exception {
        for (String time : List.of("-1", "-2", "-3", "-4", "-5", "0", "4000000000000", "soon"))
            tool("GetOffsetShell", "--topic dotted.name --time " + time).say();
        tool("GetOffsetShell", "--topic-partitions too.*:1-3,dotted.name:0").say();
        tool("GetOffsetShell", "--exclude-internal-topics").say();
        tool("GetOffsetShell", "--topic absent").say();
        tool("GetOffsetShell", "--topic dotted.name --partitions 7").say();
        deleteRecords("{\"topic\":\"dotted.name\",\"partition\":0,\"offset\":2}");
        deleteRecords("{\"topic\":\"dotted.name\",\"partition\":0,\"offset\":1}");
        deleteRecords("{\"topic\":\"dotted.name\",\"partition\":0,\"offset\":99}");
        deleteRecords("{\"topic\":\"__consumer_offsets\",\"partition\":0,\"offset\":0}");
        tool("GetOffsetShell", "--topic dotted.name --time earliest").say();
        tool("consumer.ConsoleConsumer", "--topic dotted.name --from-beginning --group console-4 --timeout-ms 700").say();
        tool("consumer.ConsoleConsumer", "--topic dotted.name --partition 0 --offset 0 --max-messages 1"
            + " --timeout-ms 700").say();
    }

    static void logs() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            logDir = admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).keySet().iterator().next();
        }
        tool("LogDirsCommand", "--describe --topic-list dotted.name").say();
        tool("LogDirsCommand", "--describe --broker-list 1 --topic-list absent").say();
        tool("LogDirsCommand", "--describe --broker-list 1,9").say();
        tool("TopicCommand", "--create --topic indexed --config segment.bytes=1048576 --config index.interval.bytes=4096")
            .say();
        tool("ProducerPerformance", "--topic indexed --num-records 2000 --record-size 1000 --throughput -1"
            + " --command-property linger.ms=0 --command-property batch.size=1000").masked(NUMBERS).say();
        dump("dotted.name-0", ".log", "").say();
        dump("dotted.name-0", ".log", "--deep-iteration --print-data-log").say();
        dump("dotted.name-0", ".log", "--deep-iteration --skip-record-metadata --print-data-log").say();
        dump("indexed-0", ".log", "--max-bytes 500").say();
        dump("indexed-0", ".index", "--index-sanity-check").say();
        dump("indexed-0", ".timeindex", "--index-sanity-check").say();
        dump("indexed-0", ".index", "--verify-index-only").say();
        dump("indexed-0", ".timeindex", "--verify-index-only").say();
        // Ours keeps a producer's last five batches, the newest last; Apache Kafka the newest.
        dump("indexed-0", ".snapshot", "").masked(new String[][] {{"(?m)^producerId.*\n(?=producerId)", ""}}).say();
        int partition = Math.abs("tools-group".hashCode()) % 50;
        dump("__consumer_offsets-" + partition, ".log", "--offsets-decoder").masked(GROUP_RECORDS).say();
    }

    static void programs() throws Exception {
        tool("VerifiableProducer", "--topic placed-again --max-messages 3 --acks -1 --repeating-keys 2").events().say();
        tool("VerifiableProducer", "--topic placed-again --max-messages 200 --value-prefix 7").events().say();
        tool("VerifiableConsumer", "--topic placed-again --group-id verifiable --max-messages 203"
            + " --reset-policy earliest").events().say();
        tool("VerifiableConsumer", "--topic dotted.name --group-id verifiable-2 --max-messages 3 --verbose"
            + " --enable-autocommit --group-instance-id fixed --reset-policy earliest").events().say();
        tool("ProducerPerformance", "--topic perf --num-records 3000 --record-size 100 --throughput -1").masked(NUMBERS).say();
        tool("ConsumerPerformance", "--topic perf --num-records 3000 --group perf-group").masked(PERFORMANCE).say();
        tool("EndToEndLatency", "--topic perf --num-records 20 --producer-acks all --record-size 50").masked(NUMBERS).say();
        // The tool wants to know beforehand whether the broker has ACL calls.
        tool("ClientCompatibilityTest", "--topic compatible --num-cluster-nodes 1 --offsets-for-times-supported true"
            + " --cluster-id-supported true --expect-record-too-large-exception false --create-topics-supported true"
            + " --describe-configs-supported true --idempotent-producer-supported true").and("--describe-acls-supported",
            String.valueOf(hasAcls())).say();
    }

    static boolean hasAcls() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.describeAcls(AclBindingFilter.ANY).values().get();
            return true;
        } catch (ExecutionException e) {
            return !(e.getCause() instanceof UnsupportedVersionException);
        }
    }

    static void end() throws Exception {
        tool("TopicCommand", "--list --exclude-internal").say();
        tool("TopicCommand", "--delete --topic tools|dotted.*|indexed|perf|compatible|placed.*").say();
        tool("TopicCommand", "--list --exclude-internal").say();
    }

    /** A setting of the broker; Apache Kafka shows a new value a little after it was set. */
    static String brokerValue(String key) throws Exception {
        var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.describeConfigs(List.of(broker)).all().get().get(broker).get(key).value();
        }
    }

    static void config(String type, String name, String rest) throws Exception {
        tool("kafka.admin.ConfigCommand", "--entity-type " + type + " --entity-name " + name + " " + rest).say();
    }

    static void group(String arguments) throws Exception {
        tool("consumer.group.ConsumerGroupCommand", arguments).say();
    }

    static void deleteRecords(String partition) throws Exception {
        Path file = folder.resolve("delete.json");
        Files.writeString(file, "{\"version\":1,\"partitions\":[" + partition + "]}");
        OUT.println(partition);
        tool("DeleteRecordsCommand", "--offset-json-file " + file).say();
    }

    /** Dumps the first file of a partition with this ending. */
    static Call dump(String partition, String ending, String options) throws Exception {
        File[] files = new File(logDir, partition).listFiles((dir, name) -> name.endsWith(ending));
        Arrays.sort(files);
        return new Call("DumpLogSegments", "--files " + files[0] + " " + options);
    }

    static Call tool(String name, String arguments) {
        return new Call(name, "--bootstrap-server " + bootstrap + " " + arguments);
    }

    static final String[][] NUMBERS = {{"[0-9]+(\\.[0-9]+)?", "N"}, {"(?m)^N records sent, .*\n(?=N records)", ""}};
    static final String[][] QUORUM = {{"[ \t]+", " "}, {"\\b[0-9]+\\b", "N"}};
    static final String[][] EPOCH = {{"Epoch: [0-9]+", "Epoch: N"}};
    /** The logger that every broker has. */
    static final String[][] ROOT = {{"(?m)^ ++(?!root=).*\n", ""}};
    static final String[][] PERFORMANCE = {{"(?m)^20.*", "NUMBERS"}};

    /** The contents of group records. Apache Kafka begins with one more, of the group without members that it creates. */
    static final String[][] GROUP_RECORDS = {{"(?m)^baseOffset.*\n", ""}, {"(?m)^.* key: ", "key: "},
        {"(?m)^key: .*\"generation\":0,.*\n", ""}};

    /** One call of a tool, and how its answer is told. */
    static class Call {
        final String name;
        final List<String> arguments;
        final List<String> unsaid = new ArrayList<>();
        InputStream input = new ByteArrayInputStream(new byte[0]);
        String[][] masks = {};
        boolean sorted;
        boolean events;

        Call(String name, String arguments) {
            this.name = name;
            this.arguments = new ArrayList<>(List.of(arguments.trim().split(" +")));
            // This one wants its verb first.
            if (name.equals("ClusterTool") && this.arguments.size() > 2) this.arguments.add(0, this.arguments.remove(2));
        }

        Call input(String text) {
            input = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        /** More arguments, which are not told. */
        Call and(String... more) {
            unsaid.addAll(List.of(more));
            return this;
        }

        Call masked(String[][] masks) {
            this.masks = masks;
            return this;
        }

        Call sorted() {
            sorted = true;
            return this;
        }

        Call events() {
            events = true;
            return this;
        }

        void say() throws Exception {
            String shown = arguments.stream().filter(a -> !a.equals("--bootstrap-server") && !a.equals(bootstrap))
                .collect(Collectors.joining(" "));
            OUT.println("$ " + name + " " + normal(shown));
            arguments.addAll(unsaid);
            Answer answer = run();
            String text = normal(answer.text().lines().map(Tools::cut).collect(Collectors.joining("\n", "", "\n")));
            for (String[] mask : masks) text = text.replaceAll(mask[0], mask[1]);
            if (events) text = Tools.events(text);
            if (sorted) text = text.lines().sorted().collect(Collectors.joining("\n"));
            text.lines().map(String::stripTrailing).filter(line -> !line.isEmpty() && !line.startsWith("\tat "))
                .forEach(line -> OUT.println("  " + line));
            if (answer.status != 0) OUT.println("  exit " + answer.status);
            OUT.flush();
        }

        Answer run() throws Exception {
            PrintStream err = System.err;
            InputStream in = System.in;
            var answer = new Answer();
            Answer.current = answer;
            var hooks = shutdownHooks();
            Set<Thread> before = Set.copyOf(hooks.keySet());
            String type = name.contains("kafka.") ? name : TOOLS + name;
            try (var loader = new FreshTools()) {
                System.setOut(answer.print);
                System.setErr(answer.print);
                System.setIn(input);
                var main = loader.loadClass(type).getMethod("main", String[].class);
                try {
                    main.invoke(null, (Object) arguments.toArray(String[]::new));
                } catch (InvocationTargetException failed) {
                    answer.print.println(failed.getCause());
                    if (!answer.ended) answer.status = 1;
                }
                answer.ended = false;
                for (Thread hook : List.copyOf(hooks.keySet())) {
                    if (!before.contains(hook) && hooks.remove(hook) != null) hook.run();
                }
            } finally {
                System.setOut(OUT);
                System.setErr(err);
                System.setIn(in);
            }
            return answer;
        }
    }

    /** The JVM's own list of what runs when it exits. */
    @SuppressWarnings("unchecked")
    static Map<Thread, Thread> shutdownHooks() throws ReflectiveOperationException {
        var field = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        field.setAccessible(true);
        return (Map<Thread, Thread>) field.get(null);
    }

    /** What a tool has printed until it ended, and its exit status. */
    static class Answer {
        static volatile Answer current;

        final ByteArrayOutputStream bytes = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] from, int offset, int length) {
                if (!ended) super.write(from, offset, length);
            }
        };
        final PrintStream print = new PrintStream(bytes, true);
        volatile boolean ended;
        int status;

        /** A tool exits where it likes; some catch what is thrown there, and what they do then does not count. */
        void end(int status) {
            if (!ended) this.status = status;
            print.flush();
            ended = true;
            throw new Ended(status);
        }

        String text() {
            print.flush();
            return bytes.toString();
        }
    }

    /** A verifiable client's events: how many of each, and what the last one of each says. */
    static String events(String text) {
        var last = new TreeMap<String, String>();
        int consumed = 0;
        for (String line : text.lines().toList()) {
            var name = java.util.regex.Pattern.compile("\"name\":\"([a-z_]+)\"").matcher(line);
            var count = java.util.regex.Pattern.compile("\"count\":([0-9]+)").matcher(line);
            if (!name.find()) last.put(line, line);
            else if (name.group(1).equals("records_consumed") && count.find()) consumed += Integer.parseInt(count.group(1));
            else last.put(name.group(1), line);
        }
        return String.join("\n", last.values()) + (consumed > 0 ? "\nconsumed " + consumed : "");
    }

    /** A line, without the middle of a very large record. */
    static String cut(String line) {
        return line.length() < 100_000 ? line : line.substring(0, 90) + "... of " + line.length();
    }

    /** The text without what differs between any two runs. */
    static String normal(String text) {
        return text.replace(bootstrap, "BROKER").replace(bootstrap.split(":")[1], "PORT")
            .replace(logDir, "LOGDIR").replace(folder.toString(), "FOLDER")
            .replaceAll("((?i)topic ?id:? |cluster id: )[A-Za-z0-9_-]{22}", "$1ID")
            .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID")
            .replaceAll("crc: [0-9]+", "crc: N")
            .replaceAll("(\"partition\":[0-9]+),(\"topic\":\"[a-z-]+\")", "$2,$1")
            .replaceAll("([a-z]{0,12}Timestamp\":|\"topicId\":)(\"[A-Za-z0-9_-]{22}\"|[0-9]{13})", "$1N")
            .replaceAll("([a-z_]{0,12}throughput\":)[0-9.]+", "$1N")
            .replaceAll("(CreateTime: ?|Timestamp: ?|LastCaughtUpTimestamp:?\\s*|timestamp: )[0-9]{13}", "$1TIME")
            .replaceAll("(\"[a-z_]{0,12}time[a-z_]{0,12}\":)\"?[0-9.]+\"?", "$1N");
    }

    /** What ends a tool in place of the JVM's exit. */
    static class Ended extends RuntimeException {
        Ended(int status) {
            super("exit " + status, null, false, false);
        }
    }

    /** Loads the tools' own classes anew, and shares everything below them. */
    static class FreshTools extends URLClassLoader {
        FreshTools() {
            super(paths(), Tools.class.getClassLoader());
        }

        static URL[] paths() {
            return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> path.contains("kafka-tools"))
                .map(path -> {
                    try {
                        return new File(path).toURI().toURL();
                    } catch (java.net.MalformedURLException e) {
                        throw new IllegalStateException(e);
                    }
                }).toArray(URL[]::new);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.startsWith(TOOLS) || name.startsWith(TOOLS + "api.")) return super.loadClass(name, resolve);
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }

    /** A member of a group that polls until it is closed. */
    static class Member implements AutoCloseable {
        final KafkaConsumer<String, String> consumer;
        final Thread thread;
        volatile boolean ends;

        Member(String group, String topic) throws Exception {
            var settings = new Properties();
            settings.putAll(Map.of("bootstrap.servers", bootstrap, "group.id", group, "client.id", "member",
                "auto.offset.reset", "earliest", "enable.auto.commit", "false"));
            consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
            consumer.subscribe(List.of(topic));
            while (consumer.assignment().isEmpty()) consumer.poll(Duration.ofMillis(50));
            thread = new Thread(() -> {
                while (!ends) consumer.poll(Duration.ofMillis(100));
                consumer.close();
            });
            thread.start();
        }

        @Override
        public void close() throws InterruptedException {
            ends = true;
            thread.join();
        }
    }
}
