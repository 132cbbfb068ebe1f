//! Why the server refuses its first connection, in Postgres's own words where it can be had.
//!
//! A server that fails to open its files sends notices before the error, and tokio-postgres reads
//! no further than the first of them. So the refusal is asked for once more and read raw.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Protocol 3.0, user and database, each text ended by a zero.
const STARTUP: &[u8] = b"\0\x03\0\0user\0postgres\0database\0postgres\0\0";

/// Long enough to replay a log and fail at its end.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What Postgres needs to start: a segment of its log, and the next.
const SPACE_NEEDED: u64 = 32 * 1024 * 1024;

/// Writes and removes a file as large as what Postgres writes when it starts. Blocks.
pub(super) fn try_to_write(folder: &Path) -> io::Result<()> {
    let path = folder.join("space.tmp");
    let mut file = File::create(&path)?;
    let written = io::copy(&mut io::repeat(0).take(SPACE_NEEDED), &mut file);
    fs::remove_file(&path)?;
    written.map(|_| ())
}

/// The fatal line of a longer report, or the whole report on one line.
pub(super) fn in_one_line(report: &str) -> String {
    let fatal = ["FATAL:", "PANIC:"].into_iter().find_map(|level| {
        let (_, rest) = report.split_once(level)?;
        rest.lines().next()
    });
    let words = fatal.unwrap_or(report).split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

/// The message of the error with which the server answers a connection, if it does. Blocks.
pub(super) fn refusal(socket: &Path) -> Option<String> {
    let answer = answer(socket).ok()?;
    let mut rest = answer.as_slice();
    while let Some((kind, body, after)) = split_message(rest) {
        if kind == b'E' {
            return error_message(body);
        }
        rest = after;
    }
    None
}

fn answer(socket: &Path) -> io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let length = u32::try_from(STARTUP.len() + 4).expect("invariant: a short constant");
    stream.write_all(&length.to_be_bytes())?;
    stream.write_all(STARTUP)?;
    // Without more to read, a server that accepts after all ends the conversation.
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// The kind and body of the first message, and what follows it.
fn split_message(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&kind, rest) = bytes.split_first()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (message, after) = rest.split_at_checked(length)?;
    Some((kind, message.get(4..)?, after))
}

/// The field `M` among the zero-ended fields of an error.
fn error_message(body: &[u8]) -> Option<String> {
    let mut fields = body.split(|&byte| byte == 0);
    let message = fields.find_map(|field| field.strip_prefix(b"M"))?;
    Some(String::from_utf8_lossy(message).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_found_behind_a_notice() {
        let answer = b"N\0\0\0\x0dSNOTICE\0\0E\0\0\0\x14SPANIC\0Mno log\0\0";
        let (kind, _, rest) = split_message(answer).unwrap();
        assert_eq!(kind, b'N');
        let (kind, body, rest) = split_message(rest).unwrap();
        assert_eq!((kind, rest), (b'E', &b""[..]));
        assert_eq!(error_message(body).unwrap(), "no log");
    }

    #[test]
    fn a_report_of_many_lines_becomes_its_first_fatal_one() {
        let report = "cannot start\n12:00 UTC [1] FATAL:  no lock file\n12:00 FATAL:  no client";
        assert_eq!(in_one_line(report), "no lock file");
        assert_eq!(in_one_line("it is\nbroken"), "it is broken");
    }

    #[test]
    fn trying_to_write_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        try_to_write(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(try_to_write(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn a_torn_message_is_none() {
        assert_eq!(split_message(b"E\0\0\0\x20SPANIC"), None);
        assert_eq!(split_message(b"E\0\0\0\x01"), None);
        assert_eq!(split_message(b""), None);
    }
}
