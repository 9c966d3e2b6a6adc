//! Promise: whatever is sent to the broker, others go on being served, and afterwards its memory is back.
//!
//! After each attack a good client connects, produces and fetches within a second (see [`aqueduct_tests::soon`]), and
//! the resident memory falls to what it was before plus [`SLACK`].

use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant, UNIX_EPOCH};

use aqueduct_protocol::codec::encode_request;
use aqueduct_protocol::compression::{Compression, compress};
use aqueduct_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use aqueduct_protocol::messages::{ListOffsetsRequest, ListOffsetsResponse, MetadataRequest};
use aqueduct_protocol::record::{RecordBatch, RecordBatchBuilder};
use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::kafka_connection::KafkaConnection;
use aqueduct_tests::{soon, wait};
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

/// How long a connection of an attack waits before it is given up: they are not what is promised.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a good client waits before it is given up.
const GOOD_PATIENCE: Duration = Duration::from_secs(30);
/// What an attack may leave behind: allocators keep some of what they had.
const SLACK: u64 = 48 << 20;

/// A broker under attack, and one beside it that is left in peace.
struct Victim {
    server: Server,
    address: String,
    memory: u64,
    undisturbed: Server,
    _folders: [tempfile::TempDir; 2],
}

impl Victim {
    fn start(settings: &str) -> Self {
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let [server, undisturbed] =
            folders.each_ref().map(|folder| super::clients::broker(folder.path(), settings));
        let address = server.address("broker");
        let mut victim = Self { memory: 0, address, server, undisturbed, _folders: folders };
        for server in [&victim.server, &victim.undisturbed] {
            let mut client = KafkaConnection::open(&server.address("broker"), GOOD_PATIENCE).expect("open");
            client.create_topic("good", &[]).expect("made");
        }
        for _ in 0..20 {
            victim.serves("at the start");
        }
        victim.memory = victim.server.process().memory();
        victim
    }

    fn connect(&self) -> KafkaConnection {
        KafkaConnection::open(&self.address, PATIENCE).expect("the broker takes connections")
    }

    /// The broker deals with bytes on a connection of their own, and is done with it when the peer is.
    fn endures(&self, bytes: &[u8]) {
        self.connect().send_last(bytes).expect("the broker leaves with its peer");
    }

    /// A good client is served soon.
    fn serves(&mut self, after: &str) {
        let undisturbed = self.undisturbed.address("broker");
        soon::assert(after, || serve(&self.address, after), || serve(&undisturbed, "nothing"));
    }

    /// A good client is served, and the memory is back.
    fn recovers(&mut self, after: &str) {
        self.serves(after);
        self.server.process().assert_unharmed(after, self.memory + SLACK);
    }
}

/// A good client connects, produces a record and fetches it.
fn serve(address: &str, after: &str) {
    let served = KafkaConnection::open(address, GOOD_PATIENCE).and_then(|mut client| {
        let (code, offset) = client.produce("good", batch(Compression::None, &[b"good"]))?;
        assert_eq!(code, 0, "after {after}");
        client.fetch("good", offset)
    });
    let fetched = served.unwrap_or_else(|error| panic!("after {after}: {error}"));
    assert!(!fetched.is_empty(), "after {after}");
}

/// Records of now: older ones could be deleted before they are fetched.
fn batch(compression: Compression, values: &[&[u8]]) -> Vec<u8> {
    let now = UNIX_EPOCH.elapsed().expect("after 1970").as_millis() as i64;
    let mut builder = RecordBatchBuilder::new(compression.into());
    for value in values {
        builder.append(now, Some(b"key"), Some(value), &[]);
    }
    builder.finish_vec().expect("built")
}

/// A frame with a request header of this API and version, and this body.
fn frame(api: i16, version: i16, flexible: bool, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        [&api.to_be_bytes()[..], &version.to_be_bytes(), &7i32.to_be_bytes(), b"\0\x01h"].concat();
    if flexible {
        bytes.push(0);
    }
    bytes.extend_from_slice(body);
    [&(bytes.len() as i32).to_be_bytes()[..], &bytes].concat()
}

#[test]
fn hostile_counts_and_lengths_of_every_api_cost_nothing() {
    let mut victim = Victim::start("");
    let apis = victim.connect().api_versions().expect("the list of APIs");
    let mut bodies: Vec<Vec<u8>> = vec![Vec::new(), vec![0; 64], vec![0xff; 64], vec![1; 4096]];
    for count in [i32::MAX, i32::MIN, -2, 100_000_000, 65_536] {
        bodies.push(count.to_be_bytes().repeat(32));
        bodies.push([&[0, 1, b'x'][..], &count.to_be_bytes().repeat(32)].concat());
        bodies.push([&[0; 8][..], &count.to_be_bytes().repeat(32)].concat());
    }
    // The largest varint, and the largest that is positive as an i32.
    for varint in
        [&[0xff, 0xff, 0xff, 0xff, 0x0f][..], &[0xff, 0xff, 0xff, 0xff, 0x07], &[0x80, 0x80, 0x80, 0x04]]
    {
        bodies.push(varint.repeat(16));
        bodies.push([&[2, b'x'][..], &varint.repeat(16)].concat());
        bodies.push([&[0, 0, 0, 0, 0, 0, 0][..], &varint.repeat(16)].concat());
    }
    // A megabyte of the smallest things there are.
    bodies.push([&1_000_000i32.to_be_bytes()[..], &vec![0; 1_000_000]].concat());
    bodies.push([&[0x81, 0x89, 0x7a][..], &vec![1; 2_000_000]].concat());
    let mut sent = 0;
    let served: Vec<i16> = apis.iter().map(|(api, ..)| *api).collect();
    for (api, lowest, highest) in apis {
        for version in lowest..=highest {
            for flexible in [false, true] {
                for body in &bodies {
                    victim.endures(&frame(api, version, flexible, body));
                    sent += 1;
                }
            }
        }
        victim.serves(&format!("API {api}"));
    }
    // What is not served is refused as cheaply.
    for api in (0..=100).filter(|api| !served.contains(api)) {
        for body in &bodies[..8] {
            for flexible in [false, true] {
                victim.endures(&frame(api, 0, flexible, body));
                sent += 1;
            }
        }
    }
    eprintln!("{sent} hostile requests");
    victim.recovers("hostile counts");
}

#[test]
fn announced_lengths_and_random_frames_cost_nothing() {
    let mut victim = Victim::start("");
    // Announces as much as is allowed, sends little, stays.
    let mut waiting = Vec::new();
    for _ in 0..100 {
        let mut connection = victim.connect();
        connection.send(&(99_i32 << 20).to_be_bytes()).expect("sent");
        connection.send(&[0; 10_000]).expect("sent");
        waiting.push(connection);
    }
    victim.recovers("a hundred connections that announce 99 MiB");
    drop(waiting);
    for length in [-1, i32::MIN, i32::MAX, 104_857_601] {
        let mut connection = victim.connect();
        connection.send(&length.to_be_bytes()).expect("sent");
        assert!(connection.receive().is_err(), "a frame of {length} bytes");
    }
    let mut random = StdRng::seed_from_u64(4);
    for round in 0..10_000 {
        let mut body = vec![0; random.random_range(0..600)];
        random.fill_bytes(&mut body);
        let bytes = match round % 3 {
            0 => body,
            1 => [&(body.len() as i32).to_be_bytes()[..], &body].concat(),
            _ => frame(random.random_range(0..95), random.random_range(0..18), random.random(), &body),
        };
        victim.endures(&bytes);
    }
    victim.recovers("10,000 random frames");
}

#[test]
fn decompression_bombs_cost_nothing() {
    // What a batch may decompress to is a setting: its default is 100 MiB.
    let mut victim = Victim::start("max.decompressed.message.bytes=16777216\nmessage.max.bytes=2000000\n");
    let mut client = victim.connect();
    let codecs = [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];
    for settings in [&[][..], &[("cleanup.policy", "compact")], &[("compression.type", "zstd")]] {
        let topic = format!("bombs{}", settings.first().map_or("", |(key, _)| &key[..4]));
        client.create_topic(&topic, settings).expect("made");
        for codec in codecs {
            for bomb in [bomb(codec, 64 << 20), bomb(codec, 12 << 20)] {
                for _ in 0..3 {
                    let mut attacker =
                        KafkaConnection::open(&victim.address, Duration::from_secs(30)).expect("open");
                    let Ok((code, _)) = attacker.produce(&topic, bomb.clone()) else { continue };
                    eprintln!("{topic} {codec}: {} bytes answered {code}", bomb.len());
                    // What was taken is looked into by whoever asks for a timestamp.
                    let _ = list_offsets(&mut attacker, &topic);
                }
                victim.serves("a bomb");
            }
        }
    }
    victim.recovers("decompression bombs");
}

/// A batch of one record of so many zeros.
fn bomb(codec: Compression, size: usize) -> Vec<u8> {
    let plain = batch(Compression::None, &[&vec![0; size]]);
    let payload = RecordBatch::parse(&plain).expect("a batch").payload();
    let mut bytes = plain[..61].to_vec();
    compress(codec.into(), payload, &mut bytes).expect("compressed");
    let length = (bytes.len() - 12) as i32;
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    bytes[22] |= codec as u8;
    let crc = aqueduct_protocol::record::crc32c(&bytes[21..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// Asks for the first record since a time before all of them: the batch that has it is looked into.
fn list_offsets(client: &mut KafkaConnection, topic: &str) -> std::io::Result<ListOffsetsResponse> {
    let partition = ListOffsetsPartition { timestamp: 1_700_000_000_000, ..Default::default() };
    let topic = ListOffsetsTopic { name: topic.into(), partitions: vec![partition], ..Default::default() };
    client.ask(&ListOffsetsRequest { replica_id: -1, topics: vec![topic], ..Default::default() }, 7)
}

#[test]
fn idle_slow_and_deaf_connections_cost_nothing() {
    let mut victim = Victim::start("");
    let idle: Vec<KafkaConnection> = (0..2_000).map(|_| victim.connect()).collect();
    victim.recovers("2,000 idle connections");
    // Each has begun a request of 400 KiB and sends the rest byte by byte: together as much as all requests may take.
    let mut slow: Vec<KafkaConnection> = (0..500).map(|_| victim.connect()).collect();
    for connection in &mut slow {
        let begun = [&(420_000_i32).to_be_bytes()[..], &vec![0; 400_000]].concat();
        // Once the memory of all requests is taken the broker stops reading.
        let _ = connection.send_some(&begun);
    }
    for _ in 0..20 {
        for connection in &mut slow {
            let _ = connection.send_some(&[0]);
        }
        victim.serves("500 slow connections");
    }
    large_requests_are_served(&victim, &mut slow);
    drop(slow);
    victim.recovers("500 slow connections");
    // Asks for 50 MB at a time, again and again, and never reads.
    let filler = batch(Compression::None, &[&vec![7; 900_000]]);
    let mut client = victim.connect();
    client.create_topic("large", &[]).expect("made");
    for _ in 0..20 {
        assert_eq!(client.produce("large", filler.clone()).expect("produced").0, 0);
    }
    let mut deaf: Vec<KafkaConnection> = (0..20).map(|_| victim.connect()).collect();
    let fetch = KafkaConnection::fetch_frame("large", 0);
    let metadata = encode_request(1, None, &MetadataRequest::default(), 5).expect("encoded").concat();
    for connection in &mut deaf {
        for _ in 0..2_000 {
            if connection.send_some(&fetch).is_err() || connection.send_some(&metadata).is_err() {
                break;
            }
        }
    }
    victim.recovers("clients that never read");
    drop((idle, deaf));
    victim.recovers("all of them left");
}

/// A request larger than what is free of charge gets its memory though slow ones hold all of it.
fn large_requests_are_served(victim: &Victim, slow: &mut [KafkaConnection]) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let large = batch(Compression::None, &[&vec![1; 600_000]]);
    loop {
        let mut client = victim.connect();
        match client.produce("good", large.clone()) {
            Ok((0, _)) => return,
            outcome => assert!(Instant::now() < deadline, "large requests starve: {outcome:?}"),
        }
        for connection in slow.iter_mut() {
            let _ = connection.send_some(&[0]);
        }
    }
}

#[test]
fn connections_beyond_the_limits_are_closed() {
    let mut victim = Victim::start("max.connections.per.ip=50\nconnections.max.idle.ms=10000\n");
    let mut held: Vec<TcpStream> =
        (0..60).map(|_| TcpStream::connect(&victim.address).expect("connected")).collect();
    wait::until("those beyond fifty are closed", Duration::from_secs(9), || {
        held.retain_mut(is_open);
        // The last good clients may have left so lately that they still counted.
        if (45..=50).contains(&held.len()) { Ok(()) } else { Err(format!("{} are open", held.len())) }
    });
    wait::until("idle connections are closed", Duration::from_secs(30), || {
        held.retain_mut(is_open);
        if held.is_empty() { Ok(()) } else { Err(format!("{} are open", held.len())) }
    });
    victim.recovers("too many connections");
}

/// Whether the broker has not closed a connection that it has nothing to say on.
fn is_open(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).expect("set");
    stream.read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}
