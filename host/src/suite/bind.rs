//! Which databases and directories a check is bound to.

use super::checks::Binding;
use super::diagnostic::Mistakes;
use super::reader::At;
use super::suggest::{did_you_mean, nearest, quoted};

/// The words for what can be bound.
pub(super) struct Kind {
    /// Such as `database`.
    one: &'static str,
    /// How a check binds one, but for its name.
    write: fn(&str) -> String,
    /// How a suite comes to have one.
    declare: &'static str,
    /// What a check does with it.
    verb: &'static str,
}

pub(super) const DATABASES: Kind = Kind {
    one: "database",
    write: |name| format!("database = \"{name}\""),
    declare: "[databases.main]\n  url = \"${DATABASE_URL}\"",
    verb: "reads",
};

pub(super) const DIRECTORIES: Kind = Kind {
    one: "directory",
    write: |name| format!("directories = [\"{name}\"]"),
    declare: "[directories.migrations]\n  path = \"./migrations\"",
    verb: "reads",
};

/// What a check is bound to: what it names, else the only one where it needs one. `needs` is none where nobody could say.
///
/// A `strict` check uses no more than it says. A binding that it cannot use is refused: an operator who writes it believes
/// that something is looked at there.
pub(super) fn bind(
    kind: &Kind,
    binding: Option<&Binding>,
    uses: &At<&str>,
    needs: Option<bool>,
    strict: bool,
    known: &[&str],
    mistakes: &mut Mistakes,
) -> Vec<String> {
    let one = kind.one;
    let name = uses.value;
    if let Some(binding) = binding {
        if strict && needs == Some(false) {
            let message = format!("`{name}` {} no {one}, so it can be bound to none", kind.verb);
            mistakes.add_with_help(binding.at, message, "remove this key");
            return vec![];
        }
        for bound in &binding.names {
            if !known.contains(&bound.value.as_str()) {
                unknown(kind, bound, known, mistakes);
            }
        }
        return binding.names.iter().map(|name| name.value.clone()).collect();
    }
    match known {
        _ if needs != Some(true) => vec![],
        [only] => vec![(*only).to_owned()],
        [] => {
            let message = format!("`{name}` {} a {one}, and the suite has none", kind.verb);
            mistakes.missing(uses.at, message, Some(format!("add for example\n  {}", kind.declare)));
            vec![]
        }
        [first, ..] => {
            let message = format!("`{name}` {} a {one}, and the suite has several: say which", kind.verb);
            let help = format!("for example `{}`; there are {}", (kind.write)(first), quoted(known.iter().copied()));
            mistakes.missing(uses.at, message, Some(help));
            vec![]
        }
    }
}

/// A name that nothing stands for.
pub(super) fn unknown(kind: &Kind, name: &At<String>, known: &[&str], mistakes: &mut Mistakes) {
    let candidates = || known.iter().copied();
    let near = did_you_mean(&name.value, candidates());
    let message = format!("unknown {} `{}`{near}", kind.one, name.value.escape_debug());
    let help = match (known, nearest(&name.value, candidates())) {
        (_, Some(_)) => None,
        ([], None) => Some(format!("the suite has none; add for example\n  {}", kind.declare)),
        (_, None) => Some(format!("there are {}", quoted(candidates()))),
    };
    mistakes.missing(name.at, message, help);
}
