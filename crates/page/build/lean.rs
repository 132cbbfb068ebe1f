//! What a browser need not read is left out of scripts and styles: comments on lines of their own, empty
//! lines, and the spaces and line ends between tokens. Names and everything in quotes stay as they are.

/// A line ends in the middle of something after these, so that its end is no end of a statement.
const GOES_ON: [char; 5] = ['{', '(', '[', ',', ';'];
/// What these close may as well end right before them.
const CLOSES: [char; 3] = ['}', ')', ']'];

/// A script. Every literal in it, templates too, must end on the line on which it begins.
pub fn script(source: &str) -> String {
    let lines = code_lines(source, "//").map(tight_script_line);
    let mut kept = String::new();
    let mut is_open_ended = false;
    for line in lines {
        let ends_before = kept.ends_with(GOES_ON) || line.starts_with(CLOSES);
        if !kept.is_empty() && (is_open_ended || !ends_before) {
            kept.push('\n');
        }
        // A comment behind a regular expression or a division is not told from them.
        is_open_ended = line.contains("//");
        kept.push_str(&line);
    }
    kept.push('\n');
    kept
}

/// A style sheet; within quotes it must not have the signs of its own syntax.
pub fn style(source: &str) -> String {
    let joined = code_lines(source, "/*").collect::<Vec<_>>().join(" ");
    let mut kept = String::with_capacity(joined.len());
    for part in joined.split_inclusive(['{', '}', ';', ',']) {
        let part = part.trim_start();
        let (text, sign) = part.split_at(part.len() - 1);
        if sign == "}" && text.trim_end().is_empty() && kept.ends_with(';') {
            kept.pop();
        }
        let (name, value) = text.split_once(": ").unwrap_or((text, ""));
        kept.push_str(name.trim_end());
        if !value.is_empty() {
            kept.push(':');
            kept.push_str(value.trim());
        }
        kept.push_str(sign);
    }
    kept.push('\n');
    kept
}

/// The lines of code, trimmed.
fn code_lines<'text>(source: &'text str, comment: &str) -> impl Iterator<Item = &'text str> {
    let mut in_comment = false;
    let comment = comment.to_owned();
    source.lines().map(str::trim).filter(move |line| {
        if in_comment || line.starts_with("/*") {
            in_comment = !line.contains("*/");
            return false;
        }
        !line.is_empty() && !line.starts_with(&comment)
    })
}

/// One line without the spaces that no token needs. From a slash on, which may begin a regular expression,
/// it stays as it is.
fn tight_script_line(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    // For each template that is open, how many braces are open in its `${`.
    let mut templates: Vec<Option<u32>> = Vec::new();
    let mut letters = line.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        let in_template = matches!(templates.last(), Some(None));
        match letter {
            '\\' => {
                kept.push(letter);
                kept.extend(letters.next().map(|(_, escaped)| escaped));
                continue;
            }
            '`' if in_template => drop(templates.pop()),
            '$' if in_template && letters.peek().is_some_and(|(_, next)| *next == '{') => {
                templates.pop();
                templates.push(Some(0));
            }
            _ if in_template => {}
            '`' => templates.push(None),
            '"' | '\'' => {
                kept.push(letter);
                while let Some((_, quoted)) = letters.next() {
                    kept.push(quoted);
                    if quoted == '\\' {
                        kept.extend(letters.next().map(|(_, escaped)| escaped));
                    } else if quoted == letter {
                        break;
                    }
                }
                continue;
            }
            '/' => {
                let rest = &line[place..];
                if !rest.starts_with("//") {
                    kept.push_str(rest);
                }
                return kept;
            }
            '{' => {
                if let Some(Some(open)) = templates.last_mut() {
                    *open += 1;
                }
            }
            '}' => match templates.last_mut() {
                Some(at @ Some(1)) => *at = None,
                Some(Some(open)) => *open -= 1,
                _ => {}
            },
            ' ' => {
                let next = letters.peek().map(|(_, next)| *next);
                if kept.chars().next_back().zip(next).is_some_and(need_space) {
                    kept.push(letter);
                }
                continue;
            }
            _ => {}
        }
        kept.push(letter);
    }
    assert!(templates.is_empty(), "a template goes on after {line}");
    kept
}

/// Two words, and two signs that would become another.
fn need_space((before, after): (char, char)) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || "_$#".contains(letter);
    (is_word(before) && is_word(after)) || (before == after && "+-".contains(before))
}
