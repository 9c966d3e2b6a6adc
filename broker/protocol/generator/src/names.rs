//! Rust names for Kafka's.

/// `TopicIdPartition` as `topic_id_partition`.
pub(crate) fn snake(name: &str) -> String {
    let name = name.replace("KRaft", "Kraft");
    let mut snake = String::new();
    let mut previous_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && previous_lower {
            snake.push('_');
        }
        previous_lower = !character.is_ascii_uppercase();
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// A field's name, escaped where it is a word of Rust.
pub(crate) fn field(name: &str) -> String {
    let snake = snake(name);
    match snake.as_str() {
        "type" | "match" | "ref" | "move" | "use" | "where" | "loop" | "in" => format!("r#{snake}"),
        _ => snake,
    }
}

/// Whether code uses a parameter: the word, but neither as a field nor as part of another word.
pub(crate) fn uses(code: &str, parameter: &str) -> bool {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    code.match_indices(parameter).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let mut after = code[at + parameter.len()..].chars();
        !before.is_some_and(|c| word(c) || (c == '.' && !code[..at].ends_with("..")))
            && !after.next().is_some_and(|c| word(c) || (c == ':' && after.next() != Some(':')))
    })
}
