//! The program: arguments, wiring, no logic. Read `args.rs` for what it can do.

mod args;
mod ask;
mod bundled;
mod clone;
mod clouds;
mod config;
mod dashboards;
mod export;
mod files;
mod home;
mod import;
mod memory;
mod open;
mod output;
mod record;
mod serve;
mod show;
mod story;
mod terminal;
mod window;

use args::{Args, Command, ShowArgs};
use clap::Parser;
use output::Output;
use std::process::ExitCode;

/// Something is wrong with a recording that could be opened.
pub(crate) const EXIT_DAMAGED: u8 = 3;

fn main() -> ExitCode {
    let Args {
        command,
        recording,
        view,
        snapshot,
        picture,
    } = Args::parse();
    let output = Output::new();
    let result = match command {
        None if snapshot.is_some() => show::run(&ShowArgs::new(recording, view, snapshot, picture), &output),
        None => terminal::run(recording.as_deref(), &view, &output),
        Some(Command::Open { recording, view }) => terminal::run(recording.as_deref(), &view, &output),
        Some(Command::Gui {
            recording,
            view,
            window,
        }) => window::run(recording.as_deref(), &view, window, &output),
        Some(Command::Show(show)) => show::run(&show, &output),
        Some(Command::Config { json }) => config::run(&output, json),
        Some(Command::Incidents { json }) => bundled::list(&output, json),
        Some(Command::Info { file, json }) => files::info(&file, &output, json),
        Some(Command::Verify { file, json }) => files::verify(&file, &output, json),
        Some(Command::Unpack { file, folder, json }) => files::unpack(&file, &folder, &output, json),
        Some(Command::Pack { folder, file, json }) => files::pack(&folder, &file, &output, json),
        Some(Command::Story {
            recording,
            from,
            json,
        }) => story::run(&recording, from.as_deref(), &output, json),
        Some(Command::Record(record)) => record::run(&record, &output),
        Some(Command::Clone(clone)) => clone::run(&clone, &output),
        Some(Command::Import(import)) => import::run(&import, &output),
        Some(Command::Export(export)) => export::run(&export, &output),
        Some(Command::Serve(serve)) => serve::run(&serve, &output),
        Some(Command::Query(query)) => ask::run_query(&query, &output),
        Some(Command::Logs(logs)) => ask::run_logs(&logs, &output),
        Some(Command::Clouds(clouds)) => clouds::run(&clouds, &output),
        Some(Command::Dashboards(dashboards)) => dashboards::run(&dashboards, &output),
    };
    match result {
        Ok(code) => code,
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output.complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
