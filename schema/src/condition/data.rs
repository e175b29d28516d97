//! The facts that a condition is about.

use std::collections::HashMap;

use super::env_text;
use super::value::Value;
use crate::request::{Event, Request};

macro_rules! attributes {
    ($($variant:ident $name:literal $doc:literal)*) => {
        /// A fact that a condition can name. Names are case-sensitive (language reference §5).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Attribute { $(#[doc = $doc] $variant,)* }

        impl Attribute {
            /// Every attribute.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name that conditions use.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

attributes! {
    Type "type" "`push`, `pull_request`, `cron` or `api`."
    Repo "repo" "`owner/repo`."
    HeadRepo "head_repo" "`owner/repo` that a pull request comes from."
    Os "os" "`os:` of the job or of the root."
    Dist "dist" "`dist:` of the job or of the root."
    Group "group" "`group:` of the job or of the root."
    Sudo "sudo" "`sudo:` of the job or of the root."
    Language "language" "`language:` of the job or of the root."
    Sender "sender" "The login of who caused the event."
    Fork "fork" "Whether the code comes from a fork."
    Draft "draft" "Whether a pull request is a draft; null otherwise."
    Branch "branch" "The pushed branch, a pull request's base branch, a tag's name."
    HeadBranch "head_branch" "The branch that a pull request comes from."
    Tag "tag" "The pushed tag."
    CommitMessage "commit_message" "The whole message of the commit."
}

impl Attribute {
    /// The attribute of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|at| at.as_str() == name)
    }
}

/// The values of all attributes and variables for one build, stage or job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    attributes: Vec<(Attribute, Value)>,
    env: HashMap<String, Value>,
}

static NULL: Value = Value::Null;

impl Data {
    /// The facts of an event, with the repository's variables. `os`, `dist` and their like come
    /// from the config by [`Data::set`].
    #[must_use]
    pub fn from_request(request: &Request) -> Self {
        let mut data = Self::default();
        data.set(Attribute::Type, request.event.as_str());
        data.set(Attribute::Repo, request.slug.as_str());
        data.set(Attribute::Sender, request.sender.as_str());
        data.set(Attribute::Fork, request.fork);
        data.set(Attribute::Branch, request.branch.as_str());
        data.set(Attribute::Tag, request.tag.as_deref());
        data.set(Attribute::CommitMessage, request.commit_message.as_str());
        if let (Event::PullRequest, Some(pull)) = (request.event, &request.pull_request) {
            data.set(Attribute::HeadRepo, pull.head_slug.as_str());
            data.set(Attribute::HeadBranch, pull.head_branch.as_str());
            data.set(Attribute::Draft, pull.draft);
        }
        for (name, value) in &request.variables {
            data.push_env(name, value);
        }
        data
    }

    /// Gives an attribute a value in place of the one it had: config keys override the event's.
    pub fn set(&mut self, attribute: Attribute, value: impl Into<Value>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|(at, _)| *at == attribute) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((attribute, value)),
        }
    }

    /// The value of an attribute; null where nothing set it.
    #[must_use]
    pub fn get(&self, attribute: Attribute) -> &Value {
        let found = self.attributes.iter().find(|(at, _)| *at == attribute);
        found.map_or(&NULL, |(_, value)| value)
    }

    /// Adds a variable; one pair of quotes around the value goes. Of two with one name the later
    /// counts.
    pub fn push_env(&mut self, name: impl Into<String>, value: &str) {
        let value = Value::from_text(env_text::unquote(value));
        self.env.insert(name.into(), value);
    }

    /// Adds a variable whose value is sealed.
    pub fn push_sealed_env(&mut self, name: impl Into<String>) {
        self.env.insert(name.into(), Value::Sealed);
    }

    /// How many variables there are.
    pub(crate) fn variables(&self) -> usize {
        self.env.len()
    }

    /// Adds variables written as `A=1 B="x y"`.
    pub fn push_env_text(&mut self, text: &str) {
        for (name, value) in env_text::pairs(text) {
            self.push_env(name, value);
        }
    }

    /// The value of a variable; null where there is none.
    #[must_use]
    pub fn env(&self, name: &str) -> &Value {
        self.env.get(name).unwrap_or(&NULL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::PullRequest;

    #[test]
    fn a_pull_request_has_its_head_and_its_base() {
        let request = Request {
            event: Event::PullRequest,
            slug: "o/r".into(),
            branch: "main".into(),
            fork: true,
            pull_request: Some(PullRequest {
                head_branch: "fix".into(),
                head_slug: "me/r".into(),
                ..PullRequest::default()
            }),
            ..Request::default()
        };
        let data = Data::from_request(&request);
        let text = |attribute| data.get(attribute).as_text().map(String::from);
        assert_eq!(text(Attribute::Type).as_deref(), Some("pull_request"));
        assert_eq!(text(Attribute::Branch).as_deref(), Some("main"));
        assert_eq!(text(Attribute::HeadBranch).as_deref(), Some("fix"));
        assert_eq!(text(Attribute::HeadRepo).as_deref(), Some("me/r"));
        assert_eq!(data.get(Attribute::Fork), &Value::Bool(true));
        assert_eq!(data.get(Attribute::Draft), &Value::Bool(false));
        assert_eq!(data.get(Attribute::Tag), &Value::Null);
    }

    #[test]
    fn a_tag_is_a_push_of_its_name() {
        let request = Request {
            branch: "v1".into(),
            tag: Some("v1".into()),
            ..Request::default()
        };
        let data = Data::from_request(&request);
        assert_eq!(data.get(Attribute::Type), &Value::from("push"));
        assert_eq!(data.get(Attribute::Branch), &Value::from("v1"));
        assert_eq!(data.get(Attribute::Tag), &Value::from("v1"));
        assert_eq!(data.get(Attribute::Draft), &Value::Null);
    }

    #[test]
    fn later_values_win() {
        let mut data = Data::default();
        data.set(Attribute::Os, "linux");
        data.set(Attribute::Os, "osx");
        data.push_env_text("A=1 B='x y'");
        data.push_env("A", "\"TRUE\"");
        assert_eq!(data.get(Attribute::Os), &Value::from("osx"));
        assert_eq!(data.env("A"), &Value::Bool(true));
        assert_eq!(data.env("B"), &Value::from("x y"));
        assert_eq!(data.env("C"), &Value::Null);
    }
}
