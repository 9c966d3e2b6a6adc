//! Paths below `/contexts/{context}/`: the same as without, about the subjects of that context.

use crate::subject::{DEFAULT_CONTEXT, qualified};
use axum::extract::Request;
use http::Uri;

/// Rewrites a path below a context to one that names the context with the subject. Other paths stay.
pub(super) fn rewrite(mut request: Request) -> Request {
    if let Some(uri) = without_context(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

fn without_context(uri: &Uri) -> Option<Uri> {
    let (context, rest) = uri.path().strip_prefix("/contexts/")?.split_once('/')?;
    let context = context_name(context);
    let segments: Vec<&str> = rest.split('/').collect();
    let mut parameters: Vec<String> = uri.query().into_iter().map(str::to_owned).collect();
    let scope = format!(":{context}:");
    let path = match segments.as_slice() {
        ["subjects"] | ["schemas"] => {
            prefix_parameter(&mut parameters, "subjectPrefix", &scope);
            format!("/{rest}")
        }
        ["schemas", "ids", ..] => {
            prefix_parameter(&mut parameters, "subject", &scope);
            format!("/{rest}")
        }
        ["subjects", subject, tail @ ..] => join(&["subjects", &in_context(subject, &context)], tail),
        ["compatibility", "subjects", subject, tail @ ..] => {
            join(&["compatibility", "subjects", &in_context(subject, &context)], tail)
        }
        [kind @ ("config" | "mode")] | [kind @ ("config" | "mode"), ""] => format!("/{kind}/{scope}"),
        [kind @ ("config" | "mode"), subject] => join(&[kind, &in_context(subject, &context)], &[]),
        _ => format!("/{rest}"),
    };
    let query = if parameters.is_empty() { String::new() } else { format!("?{}", parameters.join("&")) };
    format!("{path}{query}").parse().ok()
}

/// The context as it is stored: with a dot before its name.
fn context_name(segment: &str) -> String {
    let name = segment.trim_matches(':');
    if name.starts_with('.') { name.to_owned() } else { format!("{DEFAULT_CONTEXT}{name}") }
}

/// A subject's segment with the context, if it has none. Escapes stay as they are.
fn in_context(segment: &str, context: &str) -> String {
    let subject = segment.replace("%3A", ":").replace("%3a", ":");
    qualified(&subject, context)
}

/// Puts the context before the value of a parameter, or adds the parameter.
fn prefix_parameter(parameters: &mut Vec<String>, name: &str, scope: &str) {
    let query = parameters.pop().unwrap_or_default();
    let mut found = false;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=').filter(|(key, _)| *key == name) {
            Some((_, value)) => {
                found = true;
                parameters.push(format!("{name}={}", in_context(value, scope.trim_matches(':'))));
            }
            None => parameters.push(pair.to_owned()),
        }
    }
    if !found {
        parameters.push(format!("{name}={scope}"));
    }
}

fn join(head: &[&str], tail: &[&str]) -> String {
    let all: Vec<&str> = head.iter().chain(tail).copied().collect();
    format!("/{}", all.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_a_context_name_it_with_the_subject() {
        let table = [
            ("/contexts/.c/subjects", "/subjects?subjectPrefix=:.c:"),
            ("/contexts/c/subjects?deleted=true", "/subjects?deleted=true&subjectPrefix=:.c:"),
            ("/contexts/.c/subjects?subjectPrefix=a", "/subjects?subjectPrefix=:.c:a"),
            ("/contexts/:.c:/subjects/s/versions/1?deleted=true", "/subjects/:.c:s/versions/1?deleted=true"),
            ("/contexts/.c/subjects/a%2Fb", "/subjects/:.c:a%2Fb"),
            ("/contexts/.c/subjects/%3A.d%3As", "/subjects/:.d:s"),
            ("/contexts/.c/schemas/ids/7", "/schemas/ids/7?subject=:.c:"),
            ("/contexts/.c/schemas/ids/7/versions?subject=s", "/schemas/ids/7/versions?subject=:.c:s"),
            ("/contexts/.c/schemas/types", "/schemas/types"),
            (
                "/contexts/.c/compatibility/subjects/s/versions/latest",
                "/compatibility/subjects/:.c:s/versions/latest",
            ),
            ("/contexts/.c/config", "/config/:.c:"),
            ("/contexts/.c/mode/s", "/mode/:.c:s"),
            ("/contexts/./subjects/s", "/subjects/s"),
        ];
        for (path, expected) in table {
            assert_eq!(without_context(&path.parse().unwrap()).unwrap(), *expected, "{path}");
        }
        for path in ["/contexts", "/contexts/.c", "/subjects/s"] {
            assert_eq!(without_context(&path.parse().unwrap()), None);
        }
    }
}
