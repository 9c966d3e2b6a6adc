//! The script's syntax; `rest.script` says at its head what each line means.

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// A request whose answer is recorded.
    Request(Request),
    /// Until a connector and its tasks are in these states.
    Wait { connector: String, states: Vec<String> },
    /// Until a connector has no status.
    Gone(String),
    /// Deletes a connector if it is there, and waits until it is gone; not recorded.
    Remove(String),
    /// Appends to a file of the run's folder.
    Append { file: String, text: String },
    /// Waits for so many records of a topic and records them.
    Records { label: String, topic: String, count: usize },
    /// Waits for so many lines of a file and records them.
    Lines { label: String, file: String, count: usize },
    /// Records what an internal topic holds under keys that begin so.
    Log { label: String, topic: String, keys: Vec<String> },
}

/// A request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Request {
    /// The name of its answer.
    pub(super) label: String,
    /// The method.
    pub(super) method: String,
    /// Path and query, as they go over the wire.
    pub(super) path: String,
    /// Headers to set; without a value, to leave out.
    pub(super) headers: Vec<(String, Option<String>)>,
    /// The body.
    pub(super) body: Option<String>,
}

/// Reads a script. Panics at a line that is not understood: the script is part of the test.
pub(super) fn parse(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(header) = line.strip_prefix("| ") {
            last_request(&mut steps, line).headers.push(header_of(header));
        } else if let Some(body) = line.strip_prefix("> ") {
            last_request(&mut steps, line).body.get_or_insert_default().push_str(body);
        } else if let Some(directive) = line.strip_prefix('@') {
            steps.push(directive_of(directive).unwrap_or_else(|| panic!("not understood: {line}")));
        } else {
            steps.push(Step::Request(request_of(line).unwrap_or_else(|| panic!("not understood: {line}"))));
        }
    }
    steps
}

fn last_request<'a>(steps: &'a mut [Step], line: &str) -> &'a mut Request {
    match steps.last_mut() {
        Some(Step::Request(request)) => request,
        _ => panic!("no request before: {line}"),
    }
}

fn header_of(text: &str) -> (String, Option<String>) {
    match (text.strip_prefix('-'), text.split_once(": ")) {
        (Some(name), _) => (name.to_owned(), None),
        (None, Some((name, value))) => (name.to_owned(), Some(value.to_owned())),
        (None, None) => panic!("not a header: {text}"),
    }
}

fn request_of(line: &str) -> Option<Request> {
    let (label, rest) = line.split_once(": ")?;
    let (method, path) = rest.split_once(' ')?;
    Some(Request {
        label: label.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        ..Request::default()
    })
}

fn directive_of(text: &str) -> Option<Step> {
    let (verb, rest) = text.split_once(' ')?;
    let words: Vec<String> = rest.split(' ').map(str::to_owned).collect();
    let label = || rest.split_once(": ").map(|(label, _)| label.to_owned());
    Some(match (verb, words.as_slice()) {
        ("wait", [connector, states @ ..]) => {
            Step::Wait { connector: connector.clone(), states: states.to_vec() }
        }
        ("gone", [connector]) => Step::Gone(connector.clone()),
        ("remove", [connector]) => Step::Remove(connector.clone()),
        ("append", [file, ..]) => {
            let (_, text) = rest.split_once(' ')?;
            Step::Append { file: file.clone(), text: serde_json::from_str(text).ok()? }
        }
        ("records", [_, topic, count]) => {
            Step::Records { label: label()?, topic: topic.clone(), count: count.parse().ok()? }
        }
        ("lines", [_, file, count]) => {
            Step::Lines { label: label()?, file: file.clone(), count: count.parse().ok()? }
        }
        ("log", [_, topic, keys @ ..]) => {
            Step::Log { label: label()?, topic: topic.clone(), keys: keys.to_vec() }
        }
        _ => return None,
    })
}

#[test]
fn scripts_are_read() {
    let steps = parse(
        "# comment\n\na.b: POST /x?y=1\n| -Host\n| Accept: a: b\n> {\"a\":\n> 1}\n@wait c RUNNING FAILED\n\
         @append f \"x\\n\"\n@records r: t 3\n@log l: config k m\n",
    );
    let request = Request {
        label: "a.b".to_owned(),
        method: "POST".to_owned(),
        path: "/x?y=1".to_owned(),
        headers: vec![("Host".to_owned(), None), ("Accept".to_owned(), Some("a: b".to_owned()))],
        body: Some("{\"a\":1}".to_owned()),
    };
    assert_eq!(steps[0], Step::Request(request));
    assert_eq!(steps[2], Step::Append { file: "f".to_owned(), text: "x\n".to_owned() });
    assert_eq!(steps[3], Step::Records { label: "r".to_owned(), topic: "t".to_owned(), count: 3 });
    assert_eq!(steps.len(), 5);
}
