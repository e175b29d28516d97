//! Elixir.

use super::{Language, Manager, PLAIN, Tool, always};

const OTP: Tool = Tool {
    key: "otp_release",
    file: None,
    has: "erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().'",
    // Where Travis CI's images have them.
    managers: &[Manager {
        name: "~/otp",
        there: r#"[ -d "$HOME/otp" ]"#,
        activate: r#"[ -f "$HOME/otp/$ci__asked/activate" ] && . "$HOME/otp/$ci__asked/activate""#,
        list: r#"ls "$HOME/otp""#,
    }],
};

const TOOL: Tool = Tool {
    key: "elixir",
    file: None,
    has: "elixir --version | grep '^Elixir'",
    managers: &[Manager {
        name: "kiex",
        there: r#"[ -s "$HOME/.kiex/scripts/kiex" ]"#,
        activate: r#". "$HOME/.kiex/scripts/kiex"
kiex use "$ci__asked" || { kiex install "$ci__asked" && kiex use "$ci__asked"; }"#,
        list: "kiex list",
    }],
};

pub(super) const ELIXIR: Language = Language {
    name: "elixir",
    variables: &[("elixir", "ELIXIR_VERSION"), ("otp_release", "OTP_RELEASE")],
    tools: &[OTP, TOOL],
    announce: &["elixir --version"],
    install: &[always(&["mix local.hex --force", "mix deps.get"]).retried()],
    script: &[always(&["mix test"])],
    ..PLAIN
};
