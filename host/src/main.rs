//! `tidemark`: the plugin host's command line.

mod cli;
mod commands;
mod demo;
mod project;
mod signals;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

use crate::cli::Cli;
use crate::telemetry::Telemetry;

/// Every request makes and drops an instance: some hundred small allocations, on whichever thread.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("tidemark: the system gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let telemetry = match runtime.block_on(async { Telemetry::start(cli.log_format) }) {
        Ok(telemetry) => telemetry,
        Err(error) => return failure(&error),
    };
    let outcome = runtime.block_on(commands::run(cli));
    telemetry.end();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure(&error),
    }
}

fn failure(error: &anyhow::Error) -> ExitCode {
    eprintln!("tidemark: {}", one_line(&format!("{error:#}")));
    ExitCode::FAILURE
}

/// An error of a library may span lines; what a person reads is one sentence.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
