//! Byte offsets to lines and columns, and back.
//!
//! It refuses to count anything but characters: a column is a number of characters, not of bytes or UTF-16 units.

/// How many bytes lie between two remembered character counts.
const STRIDE: usize = 256;

/// Where the lines of a text start, and how many characters come before each stride.
#[derive(Debug)]
pub(crate) struct Lines {
    starts: Vec<u32>,
    /// Characters before every `STRIDE`th byte; empty when the text is ASCII, where bytes are characters. It keeps
    /// columns cheap in a document that is one line of many megabytes.
    characters: Vec<u32>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let mut rest = 0;
        while let Some(step) = bytes
            .get(rest..)
            .and_then(|tail| tail.iter().position(|&byte| byte == b'\n'))
        {
            rest += step + 1;
            starts.push(narrow(rest));
        }
        let mut characters = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for chunk in bytes.chunks(STRIDE) {
                characters.push(narrow(count));
                count += characters_in(chunk);
            }
        }
        Self { starts, characters }
    }

    /// Line and column, both counted from 1.
    pub(crate) fn position(&self, text: &str, offset: usize) -> (u32, u32) {
        let offset = offset.min(text.len());
        let line = self
            .starts
            .partition_point(|&start| start as usize <= offset)
            .max(1)
            - 1;
        let start = self.starts.get(line).map_or(0, |&start| start as usize);
        let column = self
            .characters_before(text, offset)
            .saturating_sub(self.characters_before(text, start));
        (narrow(line + 1), narrow(column + 1))
    }

    /// The byte offset of a line and column; past the end of a line it is the line's end.
    pub(crate) fn offset(&self, text: &str, line: u32, column: u32) -> Option<usize> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.starts.get(index)? as usize;
        let end = self
            .starts
            .get(index + 1)
            .map_or(text.len(), |&next| next as usize - 1);
        let within = text.get(start..end)?;
        let skip = (column as usize).saturating_sub(1);
        Some(
            within
                .char_indices()
                .nth(skip)
                .map_or(end, |(at, _)| start + at),
        )
    }

    /// The offset at which the line holding `offset` starts.
    pub(crate) fn line_start(&self, offset: usize) -> usize {
        let line = self
            .starts
            .partition_point(|&start| start as usize <= offset)
            .max(1)
            - 1;
        self.starts.get(line).map_or(0, |&start| start as usize)
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        if self.characters.is_empty() {
            return offset;
        }
        let stride = (offset / STRIDE).min(self.characters.len() - 1);
        let known = self
            .characters
            .get(stride)
            .map_or(0, |&count| count as usize);
        known
            + text
                .as_bytes()
                .get(stride * STRIDE..offset)
                .map_or(0, characters_in)
    }
}

/// Text longer than `u32` is refused before anything is counted, so this never loses a digit.
pub(crate) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn characters_in(bytes: &[u8]) -> usize {
    // Every byte that does not continue a UTF-8 sequence starts a character.
    bytes
        .iter()
        .filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_offsets_read_back() {
        let text = "a: é\nbö: x\n\nlast";
        let lines = Lines::new(text);
        for (offset, expected) in [
            (0, (1, 1)),
            (3, (1, 4)),
            (5, (1, 5)),
            (6, (2, 1)),
            (11, (2, 5)),
            (13, (3, 1)),
            (14, (4, 1)),
        ] {
            assert_eq!(lines.position(text, offset), expected, "at byte {offset}");
            assert_eq!(
                lines.offset(text, expected.0, expected.1),
                Some(offset),
                "back from {expected:?}"
            );
        }
        assert_eq!(lines.position(text, 999), (4, 5), "past the end is the end");
        assert_eq!(lines.offset(text, 9, 1), None);
    }

    #[test]
    fn a_long_line_with_wide_characters_counts_right() {
        let text = format!("{}x", "é".repeat(STRIDE * 3));
        let lines = Lines::new(&text);
        assert_eq!(
            lines.position(&text, text.len() - 1),
            (1, narrow(STRIDE * 3 + 1))
        );
    }
}
