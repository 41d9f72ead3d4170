//! The terminal: colour, width, errors. Data goes to standard output, everything else to standard error.

use std::io::{self, Write};

use seawall_report::escape;

use crate::cli::Color;

/// Width of output that goes to no terminal.
pub(crate) const DEFAULT_WIDTH: usize = 120;

/// Whether standard output gets colour.
pub(crate) fn use_color(choice: Color) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    }
}

/// Columns of the terminal.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0).max(40))
}

/// Prints a failure with its causes.
pub(crate) fn error(error: &anyhow::Error) {
    let mut message = format!("error: {error}");
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !message.contains(&cause) {
            message.push_str(&format!(": {cause}"));
        }
    }
    // Our own hints stand on a line of their own; no other line break is ours.
    let message = escape(&message).replace("\\nhint:", "\nhint:");
    // When standard error is closed there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{message}");
}

/// Whether the reader of the output went away (`seawall scan . | head`).
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}

/// Prints a problem met while reading.
pub(crate) fn problem(problem: &seawall_core::Problem) {
    let place = match (&problem.file, problem.position) {
        (Some(file), Some(position)) => format!("{file}:{}:{}: ", position.line, position.column),
        (Some(file), None) => format!("{file}: "),
        _ => String::new(),
    };
    let cause = problem.cause.as_ref().map_or(String::new(), |cause| format!(": {cause}"));
    let line = format!("{place}{}: {}{cause}", problem.severity.as_str(), problem.message);
    // When standard error is closed there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{}", escape(&line));
}

/// Prints a remark about the output.
pub(crate) fn note(text: &str) {
    // When standard error is closed there is nobody left to tell.
    let _ = writeln!(io::stderr(), "note: {}", escape(text));
}

/// Prints lines that are about the data on standard output; nothing from outside in them is raw.
pub(crate) fn report(lines: &str) {
    let _ = io::stderr().write_all(lines.as_bytes());
}
