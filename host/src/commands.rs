//! The commands, one module each.

mod agency;
mod audit;
mod bench;
mod build;
mod doctor;
mod migrate;
mod output;
mod rebuild;
mod reconcile;
mod replay;
mod reseal;
mod sim;
mod sync;
mod token;
mod up;

use anyhow::Result;

use crate::cli::{Cli, Command};

/// Runs a command to its end.
pub async fn run(cli: Cli) -> Result<()> {
    let output = output::Output { json: cli.json };
    match cli.command {
        Command::Up(arguments) => up::run(&arguments, output).await,
        Command::Build(arguments) => build::run(&arguments, output).await,
        Command::Migrate(arguments) => migrate::run(&arguments, output).await,
        Command::Doctor(arguments) => doctor::run(&arguments, output).await,
        Command::Agency(command) => agency::run(command, output).await,
        Command::Token(command) => token::run(command, output).await,
        Command::Sync(arguments) => sync::run(&arguments, output).await,
        Command::Reconcile(arguments) => reconcile::run(&arguments, output).await,
        Command::Replay(arguments) => replay::run(&arguments, output).await,
        Command::Reseal(arguments) => reseal::run(&arguments, output).await,
        Command::Audit(arguments) => audit::run(&arguments, output).await,
        Command::Rebuild(arguments) => rebuild::run(&arguments, output).await,
        Command::Sim(arguments) => sim::run(&arguments, output).await,
        Command::Bench(command) => bench::run(command, output).await,
    }
}
