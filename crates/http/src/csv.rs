//! CSV as RFC 4180 has it: lines end with CR LF, cells that need it are quoted. A text that a spreadsheet would take for a
//! formula begins with an apostrophe; figures are the server's own and stay what they are.

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// A text, whoever wrote it.
    Text(String),
    /// A figure that the server wrote, such as `-0.03`.
    Figure(String),
    /// Nothing.
    Empty,
}

impl Cell {
    /// A text, where there is one.
    pub(crate) fn text(text: Option<impl ToString>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.to_string()))
    }

    /// A figure, where there is one.
    pub(crate) fn figure(figure: Option<impl ToString>) -> Self {
        figure.map_or(Self::Empty, |figure| Self::Figure(figure.to_string()))
    }

    fn write(&self, line: &mut String) {
        match self {
            Self::Empty => {}
            Self::Figure(figure) => line.push_str(figure),
            Self::Text(text) if text.starts_with(FORMULA) => quote(&format!("'{text}"), line),
            Self::Text(text) => quote(text, line),
        }
    }
}

/// What makes a formula of a text, in one program or another.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A line of these cells.
pub(crate) fn line(cells: &[Cell]) -> String {
    let mut line = String::new();
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        cell.write(&mut line);
    }
    line.push_str("\r\n");
    line
}

/// The line with the names of the columns.
pub(crate) fn header(names: &[&str]) -> String {
    format!("{}\r\n", names.join(","))
}

fn quote(text: &str, line: &mut String) {
    if !text.contains(['"', ',', '\r', '\n']) {
        return line.push_str(text);
    }
    line.push('"');
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> String {
        line(&[Cell::Text(text.to_owned())])
    }

    #[test]
    fn what_needs_quotes_has_them() {
        assert_eq!(text("a,b"), "\"a,b\"\r\n");
        assert_eq!(text("say \"hi\"\r\nbye"), "\"say \"\"hi\"\"\r\nbye\"\r\n");
        assert_eq!(line(&[Cell::Empty, Cell::Text("ä 'x'".to_owned()), Cell::Empty]), ",ä 'x',\r\n");
    }

    #[test]
    fn formulas_are_texts_and_figures_stay_figures() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(text(formula), format!("'{formula}\r\n"));
        }
        assert_eq!(text("\r=1"), "\"'\r=1\"\r\n");
        assert_eq!(text("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\r\n");
        assert_eq!(line(&[Cell::Figure("-0.030000000".to_owned())]), "-0.030000000\r\n");
    }

    /// Reads a line back as a spreadsheet does.
    fn read(line: &str) -> Vec<String> {
        let (mut cells, mut quoted) = (vec![String::new()], false);
        let mut rest = line.strip_suffix("\r\n").unwrap().chars().peekable();
        while let Some(char) = rest.next() {
            match char {
                '"' if quoted && rest.peek() == Some(&'"') => cells.last_mut().unwrap().push(rest.next().unwrap()),
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                other => cells.last_mut().unwrap().push(other),
            }
        }
        cells
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_none_is_a_formula(texts in proptest::collection::vec(any::<String>(), 1..5)) {
            let cells: Vec<_> = texts.iter().cloned().map(Cell::Text).collect();
            for (found, text) in read(&line(&cells)).iter().zip(&texts) {
                prop_assert!(!found.starts_with(['=', '+', '-', '@']));
                prop_assert_eq!(found.strip_prefix('\'').filter(|_| !text.starts_with('\'')).unwrap_or(found), text);
            }
        }
    }
}
