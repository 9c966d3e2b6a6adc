//! The ABI as C sees it: the header, the layout of every struct, a sink in C, and libraries that must be refused.
//!
//! Needs a C compiler (`cc`); without one the tests say that they are skipped.

#![allow(clippy::unwrap_used, reason = "what a test calls fails as the test does")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use aqueduct_plugin_abi::raw::{self, AQ_ENTRY_SYMBOL};
use aqueduct_plugin_abi::{PluginCatalog, PluginLibrary, header};
use aqueduct_plugin_api::{
    ConfigMap, ErrorClass, Plugin, PutCompletion, PutOutcome, RecordOutcome, SinkRecord, TimestampType, Value,
};
use aqueduct_plugin_testkit::{SinkConformance, SinkFixture, soon, task_context};
use tempfile::TempDir;

const LINE_SINK: &str = "com.example.LineSinkConnector";

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a compiler; `None` if there is none.
fn compiler(name: &str, arguments: &[&str]) -> Option<()> {
    let output = match Command::new(name).args(arguments).output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            aqueduct_tests::skip::here(&format!("no {name}"));
            return None;
        }
        Err(error) => panic!("{name}: {error}"),
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {arguments:?}: {errors}");
    Some(())
}

/// Compiles a file with all warnings as errors.
fn cc(source: &Path, out: &Path, more: &[&str]) -> Option<()> {
    let include = format!("-I{}", here().join("include").display());
    let mut arguments = vec!["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", &include];
    arguments.extend(more);
    arguments.extend(["-o", out.to_str().unwrap(), source.to_str().unwrap()]);
    compiler("cc", &arguments)
}

fn shared_library(source: &Path, out: &Path) -> Option<()> {
    cc(source, out, &["-shared", "-fPIC"])
}

/// The sink in C, compiled once.
fn line_sink() -> Option<PathBuf> {
    static BUILT: OnceLock<Option<(TempDir, PathBuf)>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libline_sink.so");
        shared_library(&here().join("../examples/line-sink/line_sink.c"), &library)?;
        Some((folder, library))
    });
    built.as_ref().map(|(_, library)| library.clone())
}

#[test]
fn the_committed_header_is_the_generated_one() {
    let file = here().join("include/aqueduct_plugin.h");
    if std::env::var_os("AQUEDUCT_UPDATE_HEADER").is_some() {
        std::fs::write(&file, header()).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(committed == header(), "run this test with AQUEDUCT_UPDATE_HEADER=1 to write {}", file.display());
}

#[test]
fn every_struct_has_the_same_layout_in_c_and_in_rust() {
    let folder = tempfile::tempdir().unwrap();
    let (source, program) = (folder.path().join("layout.c"), folder.path().join("layout"));
    let mut code = "#include \"aqueduct_plugin.h\"\n#include <stdio.h>\nint main(void) {\n".to_owned();
    let mut expected = String::new();
    for structure in raw::STRUCTS {
        let name = structure.name;
        code += &format!("printf(\"{name} %zu\\n\", sizeof({name}));\n");
        expected += &format!("{name} {}\n", structure.size);
        for field in structure.fields {
            let field_name = field.name;
            code += &format!("printf(\"{name}.{field_name} %zu\\n\", offsetof({name}, {field_name}));\n");
            expected += &format!("{name}.{field_name} {}\n", field.offset);
        }
    }
    code += &format!("return AQ_MAGIC == {}u ? 0 : 1;\n}}\n", raw::AQ_MAGIC);
    std::fs::write(&source, code).unwrap();
    let Some(()) = cc(&source, &program, &[]) else { return };
    let output = Command::new(&program).output().unwrap();
    assert!(output.status.success(), "the magic numbers differ");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

/// What is published never moves: a line of `layout_v1.txt` is never changed or removed. Fields are only added, at the
/// end of a struct that begins with its size.
#[test]
fn the_layout_of_abi_1_is_kept() {
    let fields = |structure: &raw::CStruct| {
        let line = |field: &raw::CField| format!("{}.{} {}", structure.name, field.name, field.offset);
        structure.fields.iter().map(line).collect::<Vec<_>>()
    };
    let now: Vec<String> = raw::STRUCTS.iter().flat_map(fields).collect();
    let published = include_str!("layout_v1.txt");
    for line in published.lines() {
        assert!(now.iter().any(|field| field == line), "no longer so: {line}");
    }
    let added: Vec<&String> =
        now.iter().filter(|line| !published.lines().any(|known| known == *line)).collect();
    assert!(added.is_empty(), "add to layout_v1.txt: {added:#?}");
}

#[test]
fn the_header_is_cxx_too() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("header.cc");
    std::fs::write(&source, "#include \"aqueduct_plugin.h\"\n").unwrap();
    let include = format!("-I{}", here().join("include").display());
    compiler("c++", &["-Wall", "-Wextra", "-Werror", "-fsyntax-only", &include, source.to_str().unwrap()]);
}

/// What each library in `refused/` is refused with when it is opened, and by the scan if that sees it already.
const REFUSED: [(&str, &str, Option<&str>); 6] = [
    (
        "wrong_magic",
        "not an Aqueduct plug-in: its magic number is 0x0000000000001234",
        Some("it has no manifest"),
    ),
    ("wrong_major", "made for plug-in ABI 2, this worker has ABI 1", Some("it has no manifest")),
    ("unwilling", "refused: not on Mondays", Some("it has no manifest")),
    (
        "bad_manifest",
        "its manifest cannot be read: EOF while parsing",
        Some("its manifest cannot be read: EOF"),
    ),
    (
        "no_entry",
        "not an Aqueduct plug-in: no symbol aq_plugin_entry_v1",
        Some("it has no symbol aq_plugin_entry_v1"),
    ),
    ("aborts", "built with panic = \"abort\"", Some("it has no manifest")),
];

#[test]
fn refused_libraries_say_which_and_why_and_the_others_are_used() {
    let Some(good) = line_sink() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(&good, folder.path().join("libgood.so")).unwrap();
    for (name, at_open, _) in REFUSED {
        let library = folder.path().join(format!("lib{name}.so"));
        shared_library(&here().join(format!("tests/refused/{name}.c")), &library).unwrap();
        let error = PluginLibrary::open(&library).unwrap_err().to_string();
        assert!(error.contains(at_open) && error.contains(name), "{name}: {error}");
    }
    std::fs::write(folder.path().join("libtext.so"), "no library at all").unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not looked at").unwrap();
    let catalog = PluginCatalog::scan(&[folder.path().to_owned(), "/no/such/folder".into()]);
    let refusal = |name: &str| {
        let refusals = catalog.refused().iter().map(ToString::to_string);
        refusals.filter(|refusal| refusal.contains(name)).collect::<Vec<_>>().join("\n")
    };
    for (name, _, at_scan) in REFUSED {
        assert!(refusal(name).contains(at_scan.unwrap_or_default()), "{name}: {}", refusal(name));
    }
    assert!(refusal("libtext.so").contains("not a shared library (no ELF header)"));
    assert!(refusal("/no/such/folder").contains("No such file"));
    assert_eq!(catalog.classes().len(), 1);
    let class = catalog.find("LineSink").unwrap();
    assert!(catalog.library(class).unwrap().sink_task(LINE_SINK).is_some());
}

#[test]
fn a_library_cut_anywhere_is_refused_and_never_loaded() {
    let Some(whole) = line_sink() else { return };
    let bytes = std::fs::read(&whole).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for length in (0..bytes.len()).step_by(bytes.len() / 61) {
        let cut = folder.path().join(format!("lib{length}.so"));
        std::fs::write(&cut, &bytes[..length]).unwrap();
        let error = PluginLibrary::open(&cut).unwrap_err().to_string();
        assert!(error.contains(&format!("lib{length}.so")), "{error}");
    }
    let catalog = PluginCatalog::scan(&[folder.path().to_owned()]);
    assert!(catalog.classes().is_empty());
    assert!(catalog.refused().iter().skip(1).all(|refusal| refusal.to_string().contains("truncated")));
}

#[test]
fn the_newest_version_counts_and_folders_may_describe_their_plugin() {
    let Some(library) = line_sink() else { return };
    let folder = tempfile::tempdir().unwrap();
    let plugin = |name: &str, toml: &str, manifest: Option<&str>| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::copy(&library, path.join("libline_sink.so")).unwrap();
        if !toml.is_empty() {
            std::fs::write(path.join("plugin.toml"), toml).unwrap();
        }
        if let Some(version) = manifest {
            let json = format!(
                r#"{{"abi":"1.0","name":"x","version":"{version}","connectors":[
                    {{"class":"{LINE_SINK}","aliases":["org.other.LineSink"],"kind":"sink","config":[]}}]}}"#
            );
            std::fs::write(path.join("manifest.json"), json).unwrap();
        }
    };
    let described = "library = \"libline_sink.so\"\nmanifest = \"manifest.json\"\nabi = \"1.0\"\n";
    plugin("line-1.9.0", described, Some("1.9.0"));
    plugin("line-1.10.0", described, Some("1.10.0"));
    plugin("line-1.0.0", "", None);
    plugin("line-2.0.0", "abi = \"2.0\"\n", None);
    plugin("line-3.0.0", "target = \"pdp11-dec-unix\"\n", None);
    plugin("line-4.0.0", "libary = \"typo\"\n", None);
    std::fs::create_dir(folder.path().join("deps")).unwrap();
    let catalog = PluginCatalog::scan(&[folder.path().to_owned()]);
    let refused: Vec<String> = catalog.refused().iter().map(ToString::to_string).collect();
    assert_eq!(refused.len(), 3, "{refused:?}");
    assert!(refused[0].contains("line-2.0.0: made for plug-in ABI 2.0, this worker has ABI 1"));
    assert!(refused[1].contains("line-3.0.0: made for pdp11-dec-unix"));
    assert!(refused[2].contains("line-4.0.0") && refused[2].contains("libary"));
    assert_eq!(catalog.classes().len(), 1);
    assert_eq!(catalog.find("org.other.LineSink").unwrap().version, "1.10.0");
    assert!(catalog.find("LineSinkConnectors").is_none());
}

struct LineSink(TempDir);

impl LineSink {
    fn file(&self) -> String {
        self.0.path().join("lines").to_str().unwrap().to_owned()
    }
}

impl SinkFixture for LineSink {
    fn class(&self) -> &str {
        LINE_SINK
    }

    fn config(&self) -> ConfigMap {
        ConfigMap::from([("file".to_owned(), self.file())])
    }

    fn wrong_configs(&self) -> Vec<(ConfigMap, &'static str)> {
        vec![(ConfigMap::new(), "Missing required configuration \"file\"")]
    }

    fn record(&self, number: usize) -> SinkRecord {
        record(number as i64, Value::string(number.to_string()))
    }

    fn written(&mut self) -> Vec<usize> {
        std::fs::read_to_string(self.file()).unwrap().lines().map(|line| line.parse().unwrap()).collect()
    }
}

fn record(offset: i64, value: Value) -> SinkRecord {
    SinkRecord {
        topic: "conformance".into(),
        partition: 0,
        offset,
        timestamp: None,
        timestamp_type: TimestampType::None,
        key_schema: None,
        key: Value::Null,
        value_schema: None,
        value,
        headers: Vec::new(),
        original_topic: "conformance".into(),
    }
}

/// The conformance tests, each of them skipped without a compiler.
macro_rules! conformance_in_c {
    ($($test:ident),* $(,)?) => {
        mod line_sink_in_c {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let Some(library) = line_sink() else { return };
                    let library = PluginLibrary::open(&library).unwrap();
                    SinkConformance::new(library, LineSink(tempfile::tempdir().unwrap())).$test().await;
                }
            )*
        }
    };
}

conformance_in_c!(
    manifest_names_the_class,
    a_wrong_configuration_is_told_at_validate,
    a_right_configuration_is_accepted,
    tasks_get_configurations_within_their_number,
    every_record_gets_an_outcome_and_done_means_written,
    flush_tells_what_is_held_back,
    close_tells_the_outcomes_first,
    several_batches_may_be_under_way,
    an_empty_batch_is_done,
    a_task_may_be_dropped_with_batches_under_way,
    writing_goes_on_after_a_restart,
);

#[tokio::test]
async fn a_sink_in_c_tells_the_outcome_of_each_record() {
    let Some(library) = line_sink() else { return };
    let sink = LineSink(tempfile::tempdir().unwrap());
    let mut task = PluginLibrary::open(&library).unwrap().sink_task(LINE_SINK).unwrap();
    let context = task_context(&Default::default(), &Default::default());
    soon("start", task.start(context, &sink.config())).await.unwrap();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let records = vec![
        record(0, Value::string("text")),
        record(1, Value::Int64(7)),
        record(2, Value::Bytes("bytes".into())),
        record(3, Value::Null),
    ];
    let completion = PutCompletion::new(move |outcome| drop(sender.send(outcome)));
    soon("put", task.put(records, completion)).await.unwrap();
    let PutOutcome::PerRecord(outcomes) = soon("the outcome", receiver).await.unwrap() else { panic!() };
    let RecordOutcome::Failed(error) = &outcomes[1] else { panic!("{outcomes:?}") };
    assert_eq!(
        (error.class, error.message.as_str()),
        (ErrorClass::Data, "only texts, bytes and null are written")
    );
    assert!([0, 2, 3].iter().all(|index| outcomes[*index] == RecordOutcome::Done));
    assert_eq!(std::fs::read_to_string(sink.file()).unwrap(), "text\nbytes\nnull\n");
}

#[test]
fn a_plugin_in_c_exports_one_symbol() {
    let Some(library) = line_sink() else { return };
    let Ok(output) = Command::new("nm").args(["-D", "--defined-only"]).arg(&library).output() else {
        aqueduct_tests::skip::here("no nm");
        return;
    };
    let symbols = String::from_utf8(output.stdout).unwrap();
    let ours: Vec<&str> = symbols.lines().filter(|line| line.contains(" T ")).collect();
    assert_eq!(ours.len(), 1, "{symbols}");
    assert!(ours[0].ends_with(AQ_ENTRY_SYMBOL));
}
