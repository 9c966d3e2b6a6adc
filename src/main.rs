//! The `aqueduct` command: one verb for each server, `dev` for all of them, `quickstart` for a first look.

mod broker;
mod connect;
mod dev;
mod files;
mod memory;
mod quickstart;
mod ready;
mod registry;
mod screen;

use std::path::PathBuf;
use std::process::ExitCode;

use aqueduct_service::Shutdown;
use aqueduct_service::telemetry::{self, LogFormat};
use clap::{Args, Parser, Subcommand};

/// Moves data between systems as streams: a Kafka-protocol broker, a Connect runtime and a schema registry in one
/// program.
#[derive(Debug, Parser)]
#[command(name = "aqueduct", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,

    /// Log filter: a level, or a comma list of logger=level. Default: warn,aqueduct=info, and warn for the quickstart.
    /// AQUEDUCT_LOG in the environment wins.
    #[arg(long, global = true, value_name = "FILTER", help_heading = "Log")]
    log: Option<String>,

    /// Write log lines as JSON objects.
    #[arg(long, global = true, help_heading = "Log")]
    log_json: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Build a small shop database, stream it through broker and Connect, and watch the rows arrive.
    Quickstart(quickstart::QuickstartOptions),
    /// Start broker, schema registry and Connect in one process on loopback.
    Dev(dev::DevOptions),
    /// Start a broker from a server.properties file.
    Broker(ServerFile),
    /// Start a distributed Connect worker from a worker.properties file.
    ConnectDistributed(ServerFile),
    /// Start a standalone Connect worker with the connectors given as .properties or .json files.
    ConnectStandalone(StandaloneFiles),
    /// Start a schema registry from a registry.properties file.
    SchemaRegistry(ServerFile),
    /// The quickstart's shop, in a process of its own.
    #[command(hide = true)]
    Shop(quickstart::shop::ShopOptions),
}

/// A server's settings: a file in Kafka's .properties form, and settings from the command line.
#[derive(Debug, Args)]
struct ServerFile {
    /// Settings, one key=value a line, with Kafka's names.
    file: PathBuf,

    /// A setting that replaces that of the file; may be given several times.
    #[arg(long = "override", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
}

/// Settings of a standalone worker and of its connectors.
#[derive(Debug, Args)]
struct StandaloneFiles {
    #[command(flatten)]
    worker: ServerFile,

    /// Connectors to run: .properties files, or .json files as for POST /connectors.
    #[arg(value_name = "CONNECTOR_FILE")]
    connectors: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let format = if cli.log_json { LogFormat::Json } else { LogFormat::Text };
    // The quickstart's screen is for its own lines.
    let filter = if matches!(cli.verb, Verb::Quickstart(_)) { "warn" } else { "warn,aqueduct=info" };
    telemetry::init(cli.log.as_deref().unwrap_or(filter), format);
    if let Verb::Shop(options) = &cli.verb {
        return exit_code(quickstart::shop::run(options));
    }
    aqueduct_service::file_limit::raise();
    memory::give_back_when_freed();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("aqueduct: cannot start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    exit_code(runtime.block_on(run(cli.verb)))
}

fn exit_code(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aqueduct: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes, each said once: many an error names its cause itself.
fn told(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

async fn run(verb: Verb) -> anyhow::Result<()> {
    let shutdown = Shutdown::new();
    shutdown.on_process_signals()?;
    aqueduct_service::metrics::install();
    match verb {
        Verb::Quickstart(options) => quickstart::run(options, shutdown).await,
        Verb::Dev(options) => dev::run(options, shutdown).await,
        Verb::Broker(file) => broker::run(files::Settings::read(&file)?, shutdown).await,
        Verb::ConnectDistributed(file) => {
            connect::run_distributed(files::Settings::read(&file)?, shutdown).await
        }
        Verb::ConnectStandalone(files) => {
            connect::run_standalone(files::Settings::read(&files.worker)?, &files.connectors, shutdown).await
        }
        Verb::Shop(options) => quickstart::shop::run(&options),
        Verb::SchemaRegistry(file) => registry::run(files::Settings::read(&file)?, shutdown).await,
    }
}
