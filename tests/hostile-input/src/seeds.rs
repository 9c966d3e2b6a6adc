//! Good inputs for each target, to start from, and large ones made of many small things, which cost the most memory.

use aqueduct_protocol::codec::encode_versioned;
use aqueduct_protocol::compression::{Compression, compress};
use aqueduct_protocol::messages::consumer_protocol_subscription::TopicPartition;
use aqueduct_protocol::messages::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use aqueduct_protocol::record::{Header, ProducerState, RecordBatchBuilder};
use bytes::Bytes;

/// An input of a target.
pub struct Seed {
    /// The target.
    pub target: &'static str,
    /// The input.
    pub input: Vec<u8>,
}

fn seed(target: &'static str, input: impl Into<Vec<u8>>) -> Seed {
    Seed { target, input: input.into() }
}

/// Inputs that the targets take, of every kind.
pub fn good() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for compression in Compression::ALL {
        seeds.push(seed("record_batch", batch(compression, 3)));
        seeds.push(seed("record_batch", [batch(compression, 1), batch(compression, 40)].concat()));
    }
    for target in DECOMPRESSORS {
        for plain in
            [&b""[..], b"a", b"some text, some text, some text", &[0; 3000], &noise(2000), &noise(70_000)]
        {
            seeds.push(seed(target.0, compressed(target.1, plain)));
        }
    }
    seeds.extend(groups());
    seeds.extend(texts());
    for damage in 0..8 {
        for file in 0..24 {
            for first in [0, 1] {
                seeds.push(seed("log_recovery", [first, file, damage, 0, 200, 4, 0, 0, 0, 9]));
            }
        }
    }
    seeds.push(seed("log_recovery", [0, 0, 254, 0, 0, 0]));
    seeds.push(seed("plugin_manifest", library(MANIFEST.as_bytes())));
    seeds
}

const DECOMPRESSORS: [(&str, Compression); 4] = [
    ("decompress_gzip", Compression::Gzip),
    ("decompress_snappy", Compression::Snappy),
    ("decompress_lz4", Compression::Lz4),
    ("decompress_zstd", Compression::Zstd),
];

fn compressed(compression: Compression, plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    compress(compression.into(), plain, &mut out).expect("anything can be compressed");
    out
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(next).collect()
}

fn batch(compression: Compression, records: usize) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::new(compression.into());
    builder.set_producer(ProducerState { id: 5.into(), epoch: 1.into(), base_sequence: 7.into() });
    for record in 0..records {
        let headers = [Header { key: b"h", value: Some(b"v") }, Header { key: b"n", value: None }];
        let value = format!("value {record}");
        builder.append(1_700_000_000_000, Some(b"key"), Some(value.as_bytes()), &headers);
        builder.append(1_700_000_000_001, None, None, &[]);
    }
    builder.finish_vec().expect("built")
}

fn groups() -> Vec<Seed> {
    let owned = TopicPartition { topic: "orders".into(), partitions: vec![0, 1, 5] };
    let subscription = ConsumerProtocolSubscription {
        topics: vec!["orders".into(), "t".into()],
        user_data: Some(Bytes::from_static(&[0, 0, 0, 3])),
        owned_partitions: vec![owned],
        generation_id: 3,
        rack_id: Some("r1".into()),
    };
    let mut seeds: Vec<Seed> = (0..=3)
        .filter_map(|version| encode_versioned(&subscription, version).ok())
        .map(|bytes| seed("consumer_protocol", bytes.to_vec()))
        .collect();
    let assignment = ConsumerProtocolAssignment::default();
    seeds.extend(encode_versioned(&assignment, 1).map(|bytes| seed("consumer_protocol", bytes.to_vec())));
    seeds.push(seed(
        "consumer_protocol",
        b"\0\x01\0\0\0\x01\0\x01t\0\0\0\x02\0\0\0\0\0\0\0\x07\xff\xff\xff\xff",
    ));
    for text in CONNECT_PROTOCOL {
        let bytes =
            (0..text.len()).step_by(2).filter_map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok());
        seeds.push(seed("connect_protocol", bytes.collect::<Vec<_>>()));
    }
    seeds.push(seed("coordinator_records", b"\x01\0\x0c\0\x01\0\x01g\0\x01t\0\0\0\x03\0\x03\0\0\0\0\0\0\0\x05\0\0\0\x02\0\x01m\0\0\0\0\0\0\0\x07"));
    seeds.push(seed("coordinator_records", b"\0\0\x0c\0\x01\0\x01g\0\x01t\0\0\0\x03"));
    seeds.push(seed("coordinator_records", group_record()));
    seeds
}

/// The state of a group of one member, as Kafka 4.3 writes it.
fn group_record() -> Vec<u8> {
    let mut bytes = vec![1, 0, 5, 0, 2, 0, 1, b'g', 0, 3];
    bytes.extend_from_slice(
        b"\0\x08consumer\0\0\0\x04\0\x05range\0\x02m1\0\0\x01\x8b\xcf\xe5\x68\0\0\0\0\x01",
    );
    bytes.extend_from_slice(
        b"\0\x02m1\xff\xff\0\x01c\0\x02/h\0\0\xea\x60\0\0\x75\x30\0\0\0\x02\0\x03\0\0\0\x02\0\x01",
    );
    bytes
}

/// As Apache Kafka 4.3.1 writes them.
const CONNECT_PROTOCOL: [&str; 5] = [
    "0000000000066c6561646572000b687474703a2f2f683a312f00000000000000070000000100016300000003ffffffff0000000000000001",
    "0001000100066c6561646572000b687474703a2f2f683a312f00000000000000070000000100016300000003ffffffff00000000000000010000000200016400000001ffffffff0001650000000100000003000001f4",
    "0000000b687474703a2f2f683a312f0000000000000007",
    "0002000b687474703a2f2f683a312f0000000000000007000000560002000100066c6561646572000b687474703a2f2f683a312f00000000000000070000000100016300000003ffffffff00000000000000010000000200016400000001ffffffff0001650000000100000003000001f4",
    "0002000b687474703a2f2f683a312f0000000000000007ffffffff",
];

const SCHEMAS: [&str; 6] = [
    r#""string""#,
    r#"{"type":"record","name":"a.R","doc":"d","fields":[{"name":"x","type":["null","int"],"default":null,"aliases":["y"]},{"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},{"name":"t","type":{"type":"long","logicalType":"timestamp-millis"}}]}"#,
    r#"{"type":"array","items":{"type":"map","values":["int","string",{"type":"enum","name":"E","symbols":["A","B"],"default":"A"}]}}"#,
    r#"{"type":"record","name":"List","fields":[{"name":"next","type":["null","List"]},{"name":"f","type":{"type":"fixed","name":"F","size":4}}]}"#,
    r#"{"type":"record","name":"W","namespace":"n","fields":[{"name":"a","type":"float","default":1.5},{"name":"b","type":{"type":"record","name":"I","fields":[{"name":"c","type":"double"}]},"default":{"c":2}},{"name":"e","type":"I"}]}"#,
    r#"{"type":"array","items":{"type":"record","name":"P","connect.internal.type":"MapEntry","fields":[{"name":"key","type":"long"},{"name":"value","type":{"type":"int","connect.type":"int16"}}]}}"#,
];

const MANIFEST: &str = r#"{"abi":"1.0","name":"p","version":"1.0","connectors":[{"class":"org.example.Sink","aliases":["Sink"],"kind":"sink","config":{"keys":[]}}]}"#;

fn texts() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let data = [
        &b"\x02"[..],
        b"\x02\x02\x08\x02\x01\x80\x02",
        b"\x02\x02\x02\x04\x02a\x04\x02\0\0",
        b"\0\x01\x02\x03\x04",
        &[0; 16],
        b"\x04\x02\x04\x06\x08\0",
    ];
    for (schema, datum) in SCHEMAS.iter().zip(data) {
        seeds.push(seed("avro_schema", *schema));
        seeds.push(seed("avro_datum", [schema.as_bytes(), b"\xff", datum].concat()));
        for other in SCHEMAS {
            seeds.push(seed("avro_schema", [schema.as_bytes(), b"\xff", other.as_bytes()].concat()));
        }
    }
    for (target, texts) in TEXTS {
        seeds.extend(texts.iter().map(|text| seed(target, *text)));
    }
    seeds.push(seed(
        "plugin_manifest",
        [&b"library = \"p.so\"\nabi = \"1.0\"\nmanifest = \"manifest.json\"\n\xff"[..], MANIFEST.as_bytes()]
            .concat(),
    ));
    seeds.push(seed(
        "plugin_manifest",
        &b"library = \"../../p.so\"\ntarget = \"x86_64-unknown-linux-gnu\"\n"[..],
    ));
    seeds
}

const TEXTS: [(&str, &[&str]); 5] = [
    (
        "json_converter",
        &[
            r#"0{"a":[1,2.5,"x",null,true],"b":{"c":-3}}"#,
            r#"1{"schema":{"type":"struct","optional":false,"name":"n","fields":[{"field":"i","type":"int32","optional":true,"default":3},{"field":"d","type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}},{"field":"t","type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}]},"payload":{"i":null,"d":"AYA=","t":7}}"#,
            r#"1{"schema":{"type":"map","keys":{"type":"int64"},"values":{"type":"array","items":{"type":"float"}}},"payload":[[1,[1.5,"NaN"]]]}"#,
            r#"1{"schema":null,"payload":{"a":1}}"#,
        ],
    ),
    (
        "connect_rest",
        &[
            r#"{"name":"c","config":{"connector.class":"X","tasks.max":2,"a":true,"b":null},"initial_state":"PAUSED"}"#,
            r#"{"offsets":[{"partition":{"kafka_topic":"t","kafka_partition":0},"offset":{"kafka_offset":5}},{"partition":{"f":"x"},"offset":null}]}"#,
            r#"[{"task.class":"T"},{"a":"b"}]"#,
            r#"{"level":"DEBUG"}"#,
            "/connectors/a%2Fb/../status;x=1",
        ],
    ),
    (
        "connect_storage",
        &[
            "connector-c\n{\"properties\":{\"a\":\"b\"}}",
            "task-c-1-0\n{\"properties\":{\"a\":\"b\"}}",
            "commit-c\n{\"tasks\":2}",
            "target-state-c\n{\"state\":\"PAUSED\",\"state.v2\":\"STOPPED\"}",
            "tasks-fencing-c\n{\"task-count\":3}",
            "session-key\n{\"key\":\"AQID\",\"algorithm\":\"HmacSHA256\",\"creation-timestamp\":5}",
            "restart-connector-c\n{\"include-tasks\":true,\"only-failed\":false}",
            "logger-cluster-org.x\n{\"level\":\"DEBUG\"}",
            "connector-c",
            "status-connector-c\n{\"state\":\"FAILED\",\"trace\":\"t\",\"worker_id\":\"w:1\",\"generation\":3,\"version\":\"1\"}",
            "status-task-c-0\n{\"state\":\"RUNNING\",\"trace\":null,\"worker_id\":\"w:1\",\"generation\":3}",
            "status-topic-t:connector-c\n{\"topic\":{\"name\":\"t\",\"connector\":\"c\",\"task\":0,\"discoverTimestamp\":5}}",
            "[\"c\",{\"table\":\"t\"}]\n{\"incrementing\":42,\"t\":1.5,\"b\":true,\"n\":null}",
        ],
    ),
    (
        "properties",
        &[
            "# c\na=b\n b : c \\\n   d\ne\\ f=\\u0041\\t\n!x\nlisteners=PLAINTEXT://:9092\nempty\n",
            "a\\=b=c\\\\\nx=\\",
            "=v",
        ],
    ),
    (
        "bulk_answer",
        &[
            r#"{"items":[{"index":{"_id":"1","status":201}},{"delete":{"_id":"2","status":404}},{"update":{"_id":"x","status":429,"error":{"type":"es_rejected_execution_exception","reason":"full","caused_by":{"reason":"queue"}}}}]}"#,
            r#"{"took":3,"errors":true,"items":[{"create":{"_id":"2","status":409,"error":"text"}},{"index":{"_id":"1","status":400,"error":[1]}}]}"#,
        ],
    ),
];

/// The smallest shared library that a worker takes for a plug-in, with this manifest.
pub fn library(manifest: &[u8]) -> Vec<u8> {
    let names = b"\0.aqueduct.manifest\0.dynsym\0.dynstr\0";
    let symbols = b"\0aq_plugin_entry_v1\0";
    let mut file = vec![0; 64 + 56];
    let mut put = |bytes: &[u8]| {
        let at = file.len() as u64;
        file.extend_from_slice(bytes);
        (at, bytes.len() as u64)
    };
    let sections =
        [(0, 3, put(names), 0), (1, 1, put(manifest), 0), (20, 11, (0, 0), 3), (28, 3, put(symbols), 0)];
    let table = file.len() as u64;
    for (name, kind, (offset, size), link) in sections {
        let mut header = [0; 64];
        header[0..4].copy_from_slice(&u32::to_le_bytes(name));
        header[4..8].copy_from_slice(&u32::to_le_bytes(kind));
        header[24..32].copy_from_slice(&offset.to_le_bytes());
        header[32..40].copy_from_slice(&size.to_le_bytes());
        header[40..44].copy_from_slice(&u32::to_le_bytes(link));
        file.extend_from_slice(&header);
    }
    let length = file.len() as u64;
    let machine: u16 = if cfg!(target_arch = "aarch64") { 183 } else { 62 };
    for (at, bytes) in [
        (0, &b"\x7fELF\x02\x01"[..]),
        (16, &[3, 0]),
        (18, &machine.to_le_bytes()),
        (32, &64u64.to_le_bytes()),
        (40, &table.to_le_bytes()),
        (54, &[56, 0]),
        (56, &[1, 0]),
        (58, &[64, 0]),
        (60, &[4, 0]),
        (64, &[1, 0, 0, 0]),
        (64 + 32, &length.to_le_bytes()),
    ] {
        file[at..at + bytes.len()].copy_from_slice(bytes);
    }
    file
}

/// Inputs of about this many bytes, made of as many things as fit.
pub fn crowded(size: usize) -> Vec<Seed> {
    let many = |open: &str, one: &str, close: &str| {
        let count = size.saturating_sub(open.len() + close.len()) / (one.len() + 1);
        format!("{open}{}{close}", vec![one; count.max(1)].join(","))
    };
    let mut seeds = Vec::new();
    for one in ["0", "{}", "[]", "\"\"", "null", "[0]", "{\"a\":0}"] {
        let array = many("[", one, "]");
        seeds.push(seed("json_converter", format!("0{array}")));
        seeds.push(seed(
            "connect_rest",
            format!("{{\"offsets\":[{{\"partition\":{array},\"offset\":{array}}}]}}"),
        ));
        seeds.push(seed("connect_storage", format!("connector-c\n{{\"properties\":{{\"a\":{array}}}}}")));
        seeds.push(seed(
            "bulk_answer",
            format!("{{\"items\":[{{\"index\":{{\"status\":1,\"error\":{array}}}}}]}}"),
        ));
        seeds.push(seed("avro_schema", format!("{{\"type\":\"int\",\"p\":{array}}}")));
        seeds.push(seed("avro_schema", format!("{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{{\"name\":\"a\",\"type\":{{\"type\":\"array\",\"items\":\"int\"}},\"default\":{array}}}]}}")));
    }
    for one in [
        "{\"index\":{\"status\":1}}",
        "{\"index\":{\"_id\":\"1\",\"status\":429,\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}",
    ] {
        seeds.push(seed("bulk_answer", many("{\"items\":[", one, "]}")));
    }
    seeds.push(seed("avro_schema", many("[", "{\"type\":\"array\",\"items\":\"int\"}", "]")));
    seeds.extend(crowded_schemas(size));
    let empty = |fields: usize| {
        let field = |n: usize| format!("{{\"field\":\"{n}\",\"type\":\"int8\",\"optional\":true}}");
        (0..fields).map(field).collect::<Vec<_>>().join(",")
    };
    // A wide struct whose values are left out, and many of them.
    let wide = empty(size / 100);
    let rows = vec!["{}"; size / 6].join(",");
    seeds.push(seed("json_converter", format!("1{{\"schema\":{{\"type\":\"array\",\"items\":{{\"type\":\"struct\",\"fields\":[{wide}]}}}},\"payload\":[{rows}]}}")));
    seeds.extend(crowded_avro(size));
    let names = |count: usize| "\0\x01t".repeat(count).into_bytes();
    let count = (size / 3) as u32;
    seeds.push(seed(
        "consumer_protocol",
        [&b"\0\0"[..], &count.to_be_bytes(), &names(count as usize), b"\xff\xff\xff\xff"].concat(),
    ));
    let partitions = (size / 4) as u32;
    seeds.push(seed(
        "consumer_protocol",
        [
            &b"\0\0\0\0\0\x01\0\x01t"[..],
            &partitions.to_be_bytes(),
            &vec![0; size / 4 * 4],
            b"\xff\xff\xff\xff",
        ]
        .concat(),
    ));
    let name = "n".repeat(size / 8).into_bytes();
    let length = (name.len().min(32_767) as u16).to_be_bytes();
    let tasks = (size / 8) as u32;
    seeds.push(seed(
        "connect_protocol",
        [
            &b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"[..],
            &length,
            &name[..name.len().min(32_767)],
            &tasks.to_be_bytes(),
            &vec![0; size / 8 * 4],
        ]
        .concat(),
    ));
    for (target, compression) in DECOMPRESSORS {
        seeds.push(seed(target, compressed(compression, &vec![0; size * 64])));
    }
    let tasks = (size / 4) as u32;
    seeds.push(seed(
        "connect_protocol",
        [
            &b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x01n"[..],
            &tasks.to_be_bytes(),
            &vec![0; size / 4 * 4],
        ]
        .concat(),
    ));
    let settings = |count: usize| (0..count).map(|n| format!("\"{n:x}\":{n}")).collect::<Vec<_>>().join(",");
    seeds.push(seed("connect_storage", format!("connector-c\n{{\"properties\":{{{}}}}}", settings(4_000))));
    seeds.push(seed("connect_rest", format!("{{{}}}", settings(4_000))));
    seeds.push(seed("connect_rest", format!("{{\"name\":\"c\",\"config\":{{{}}}}}", settings(size / 12))));
    // As many offsets, and as many names of a class, as are taken.
    let moved = vec!["{\"partition\":{\"a\":0},\"offset\":{\"a\":0}}"; 1_590].join(",");
    seeds.push(seed("connect_rest", format!("{{\"offsets\":[{moved}]}}")));
    let aliases = vec!["\"\""; 9_900].join(",");
    let class =
        format!("{{\"class\":\"C\",\"aliases\":[{aliases}],\"kind\":\"sink\",\"config\":{{\"keys\":[]}}}}");
    seeds.push(seed(
        "plugin_manifest",
        [
            &b"library = \"p.so\"\nmanifest = \"manifest.json\"\n\xff"[..],
            format!("{{\"abi\":\"1.0\",\"name\":\"p\",\"version\":\"1\",\"connectors\":[{class}]}}")
                .as_bytes(),
        ]
        .concat(),
    ));
    seeds.push(seed("properties", "a=\\\n".repeat(size / 4)));
    seeds.push(seed("properties", (0..size / 8).map(|n| format!("{n:x}\n")).collect::<String>()));
    seeds
}

/// Schemas of many types, names and fields in few characters.
fn crowded_schemas(size: usize) -> Vec<Seed> {
    let list = |one: &dyn Fn(usize) -> String, length: usize| {
        (0..size / length).map(one).collect::<Vec<_>>().join(",")
    };
    let texts = list(&|n| format!("\"a{n:x}\""), 8);
    let fields = list(&|n| format!("{{\"name\":\"a{n:x}\",\"type\":\"int\"}}"), 30);
    let fixed = list(&|n| format!("{{\"type\":\"fixed\",\"name\":\"a{n:x}\",\"size\":1}}"), 42);
    let members = list(&|n| format!("\"{n:x}\":0"), 8);
    let zeros = list(&|_| "0".to_owned(), 2);
    let space = "n".repeat(size / 2);
    // As many pairs as are compared: each branch with each of the other's.
    let records = |name: &str| {
        let one = |n: usize| format!("{{\"type\":\"record\",\"name\":\"{name}{n}\",\"fields\":[]}}");
        (0..480).map(one).collect::<Vec<_>>().join(",")
    };
    let (one, other) = (records("a"), records("b"));
    vec![
        seed(
            "avro_schema",
            [format!("[{one}]").as_bytes(), b"\xff", format!("[{other}]").as_bytes()].concat(),
        ),
        seed("avro_schema", format!("{{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[{texts}]}}")),
        seed(
            "avro_schema",
            format!("{{\"type\":\"fixed\",\"name\":\"E\",\"size\":1,\"aliases\":[{texts}]}}"),
        ),
        seed("avro_schema", format!("{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{fields}]}}")),
        seed("avro_schema", format!("{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{zeros}]}}")),
        seed("avro_schema", format!("[{fixed}]")),
        seed("avro_schema", format!("[{zeros}]")),
        seed("avro_schema", format!("{{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[{zeros}]}}")),
        seed("avro_schema", format!("{{\"type\":\"int\",{members}}}")),
        seed(
            "avro_schema",
            format!("[{{\"type\":\"fixed\",\"name\":\"x\",\"namespace\":\"{space}\",\"size\":1}},{fixed}]"),
        ),
        seed(
            "avro_schema",
            format!("{{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"{space}\",\"fields\":[{fields}]}}"),
        ),
    ]
}

/// Schemas whose data is larger than its bytes.
fn crowded_avro(size: usize) -> Vec<Seed> {
    let of = |schema: &str, datum: Vec<u8>| seed("avro_datum", [schema.as_bytes(), b"\xff", &datum].concat());
    let count = zigzag(size as i64);
    let nulls: Vec<String> = (0..200).map(|n| format!("{{\"name\":\"f{n}\",\"type\":\"null\"}}")).collect();
    let nulls = format!("{{\"type\":\"record\",\"name\":\"N\",\"fields\":[{}]}}", nulls.join(","));
    let branches: Vec<String> =
        (0..200).map(|n| format!("{{\"type\":\"record\",\"name\":\"B{n}\",\"fields\":[]}}")).collect();
    let union = branches.join(",");
    // Each type is made of two of the type before: 2^40 fields in two kilobytes.
    let mut doubling =
        "{\"type\":\"record\",\"name\":\"T0\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}".to_owned();
    for n in 1..40 {
        doubling = format!(
            "{{\"type\":\"record\",\"name\":\"T{n}\",\"fields\":[{{\"name\":\"a\",\"type\":{doubling}}},{{\"name\":\"b\",\"type\":\"T{}\"}}]}}",
            n - 1
        );
    }
    vec![
        of("{\"type\":\"array\",\"items\":\"int\"}", [count.clone(), vec![2; size], vec![0]].concat()),
        of("{\"type\":\"array\",\"items\":\"string\"}", [count.clone(), vec![0; size], vec![0]].concat()),
        of("{\"type\":\"map\",\"values\":\"null\"}", [count.clone(), vec![0; size], vec![0]].concat()),
        of(
            &format!("{{\"type\":\"array\",\"items\":[{union}]}}"),
            [count.clone(), vec![0; size], vec![0]].concat(),
        ),
        of(
            &format!("{{\"type\":\"array\",\"items\":{{\"type\":\"array\",\"items\":{nulls}}}}}"),
            [count, [zigzag(9_999), vec![0]].concat().repeat(size / 4), vec![0]].concat(),
        ),
        of(&doubling, vec![0; 64]),
        seed("avro_schema", doubling),
    ]
}

/// A number as Avro writes it.
fn zigzag(number: i64) -> Vec<u8> {
    let mut left = ((number << 1) ^ (number >> 63)) as u64;
    let mut bytes = Vec::new();
    while left >= 128 {
        bytes.push(left as u8 | 128);
        left >>= 7;
    }
    bytes.push(left as u8);
    bytes
}
