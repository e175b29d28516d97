//! From arguments, pipes, prompts and variables to what is to be sealed.

use crate::cli::{Printer, prompt};
use crate::error::{Exit, UserError};
use crate::secrets::{
    Assignment, ContentError, MAX_PLAINTEXT, Plaintext, Slot, check_value, valid_name,
};
use crate::yaml_edit::Target;
use std::io::{IsTerminal, Read};
use zeroize::Zeroizing;

/// One value with the slot it is for.
pub(super) struct Secret {
    /// The variable's name; empty for a bare value.
    pub(super) name: String,
    pub(super) slot: Slot,
    pub(super) plaintext: Plaintext,
}

/// Reads all values. What is wrong with one is said before anything is sealed.
pub(super) fn collect(
    values: &[String],
    from_env: &[String],
    target: Option<&Target>,
    printer: &mut Printer,
) -> Result<Vec<Secret>, UserError> {
    let mut input = Input::default();
    if let Some(target @ Target::DeployField(_)) = target {
        return field(values, from_env, target, &mut input, printer).map(|secret| vec![secret]);
    }
    let mut secrets = Vec::new();
    for value in values {
        secrets.push(argument(value, target, &mut input, printer)?);
    }
    for name in from_env {
        let value = variable(name)?;
        secrets.push(assignment(name, value, printer)?);
    }
    if secrets.is_empty() {
        if target.is_some() {
            return Err(UserError::new(Exit::Usage, "A variable needs a name")
                .hint("`agent encrypt NAME --add` asks for the value of NAME"));
        }
        let value = input.read("Value: ", printer)?;
        secrets.push(bare(value, Slot::Field, printer)?);
        printer.note("A bare value is for a deploy field; a variable is sealed with its name");
    }
    Ok(secrets)
}

/// The one value of a deploy field.
fn field(
    values: &[String],
    from_env: &[String],
    target: &Target,
    input: &mut Input,
    printer: &mut Printer,
) -> Result<Secret, UserError> {
    let slot = Slot::FieldAt(target.to_string());
    let value = match (values, from_env) {
        ([], []) => input.read(&format!("Value of {target}: "), printer)?,
        ([value], []) => {
            if let Some((name, _)) = value.split_once('=').filter(|(name, _)| valid_name(name)) {
                printer.warn(format!(
                    "`{name}=` is sealed as a part of the value: a deploy field takes the bare value"
                ));
            }
            Plaintext::new(value.clone().into_bytes())
        }
        ([], [name]) => variable(name)?,
        _ => {
            return Err(
                UserError::new(Exit::Usage, format!("{target} takes one value"))
                    .hint("add the fields one by one"),
            );
        }
    };
    bare(value, slot, printer)
}

/// `NAME=value`, `NAME=` and `NAME` with the value from elsewhere, or a bare value.
fn argument(
    text: &str,
    target: Option<&Target>,
    input: &mut Input,
    printer: &mut Printer,
) -> Result<Secret, UserError> {
    match text.split_once('=') {
        Some((name, value)) if !value.is_empty() => {
            assignment(name, Plaintext::new(value.as_bytes().to_vec()), printer)
        }
        Some((name, _)) => named(name, input, printer),
        None if valid_name(text) => named(text, input, printer),
        None if target.is_some() => Err(UserError::new(
            Exit::Usage,
            "A variable needs a name before its value",
        )
        .hint("write NAME=value, or only NAME and give the value on standard input")),
        None => {
            let secret = bare(
                Plaintext::new(text.as_bytes().to_vec()),
                Slot::Field,
                printer,
            )?;
            printer.note("A bare value is for a deploy field; a variable is sealed with its name");
            Ok(secret)
        }
    }
}

fn named(name: &str, input: &mut Input, printer: &mut Printer) -> Result<Secret, UserError> {
    // A name that cannot be sealed is refused before anybody types a secret.
    Assignment::new(name, Plaintext::new(Vec::new())).map_err(|error| refuse(&error))?;
    let value = input.read(&format!("Value of {name}: "), printer)?;
    assignment(name, value, printer)
}

fn assignment(name: &str, value: Plaintext, printer: &mut Printer) -> Result<Secret, UserError> {
    let assignment = Assignment::new(name, value).map_err(|error| refuse(&error))?;
    warn_of_odd(&format!("the value of {name}"), &assignment.value, printer);
    Ok(Secret {
        name: name.to_owned(),
        slot: Slot::Env,
        plaintext: assignment.to_plaintext(),
    })
}

fn bare(value: Plaintext, slot: Slot, printer: &mut Printer) -> Result<Secret, UserError> {
    check_value(value.expose()).map_err(|error| refuse(&error))?;
    warn_of_odd("the value", &value, printer);
    Ok(Secret {
        name: String::new(),
        slot,
        plaintext: value,
    })
}

/// The value of a variable of this process's environment.
pub(in crate::cli) fn variable(name: &str) -> Result<Plaintext, UserError> {
    let value = std::env::var_os(name).ok_or_else(|| {
        UserError::new(Exit::Usage, format!("The variable {name} is not set"))
            .hint("`--from-env` reads it from this command's environment; is it exported?")
    })?;
    Ok(Plaintext::new(value.into_encoded_bytes()))
}

pub(in crate::cli) fn warn_of_odd(what: &str, value: &Plaintext, printer: &mut Printer) {
    let bytes = value.expose();
    if bytes.len() < 3 {
        printer.warn(format!(
            "{what} has less than 3 bytes: it cannot be hidden in logs"
        ));
    }
    if bytes.ends_with(b"\n") {
        printer.warn(format!(
            "{what} ends with a line end, which is sealed with it; `printf %s` prints none"
        ));
    }
}

pub(in crate::cli) fn refuse(error: &ContentError) -> UserError {
    let hint = match error {
        ContentError::NotAssignment | ContentError::BadName => "name it like MY_TOKEN",
        ContentError::ReservedName(_) => "choose a name that does not start with CI_ or TRAVIS_",
        ContentError::Nul | ContentError::NotUtf8 => {
            "encode it, e.g. with `base64`, and decode it in the job"
        }
        ContentError::TooLarge => "put large things into a file that the job fetches with a token",
    };
    UserError::new(Exit::Usage, error.to_string()).hint(hint)
}

/// Standard input: a pipe gives one value, a terminal as many as are asked for.
#[derive(Default)]
pub(in crate::cli) struct Input {
    piped: bool,
}

impl Input {
    /// One value, as long as there is one.
    pub(in crate::cli) fn read(
        &mut self,
        question: &str,
        printer: &mut Printer,
    ) -> Result<Plaintext, UserError> {
        let stdin = std::io::stdin();
        if stdin.is_terminal() {
            printer.ask(question);
            let line = prompt::secret_line();
            printer.note("");
            return Ok(Plaintext::new(line?.to_vec()));
        }
        if self.piped {
            return Err(
                UserError::new(Exit::Usage, "Only one value can come from standard input")
                    .hint("seal them one by one, or use `--from-env NAME NAME`"),
            );
        }
        self.piped = true;
        // One byte more than fits tells that it is too much, without reading without end.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_PLAINTEXT + 1));
        let limit = u64::try_from(MAX_PLAINTEXT + 1).unwrap_or(u64::MAX);
        stdin
            .lock()
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| {
                UserError::new(
                    Exit::Usage,
                    format!("Standard input cannot be read: {error}"),
                )
            })?;
        Ok(Plaintext::new(bytes.to_vec()))
    }
}
