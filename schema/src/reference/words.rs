//! Words that the table alone does not tell: misspellings people really make, words that must not
//! be taken for one, and keys that would let a job out of its container.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::types::{MapType, Shape, Type};

/// The key that a misspelling stands for.
#[must_use]
pub fn respelled(key: &str) -> Option<&'static str> {
    static BY_MISTAKE: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
        let rows = MISSPELLINGS.iter();
        rows.flat_map(|(right, wrong)| wrong.iter().map(|wrong| (*wrong, *right)))
            .collect()
    });
    BY_MISTAKE.get(key).copied()
}

/// Whether a word is never taken for a misspelling: it means something elsewhere.
#[must_use]
pub fn stopped_from(word: &str) -> bool {
    static KEYS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        let mut keys = BTreeSet::new();
        collect(super::table(super::Extras::Without), &mut keys);
        keys
    });
    STOP.contains(&word) || KEYS.contains(word)
}

fn collect(ty: &Type, keys: &mut BTreeSet<&'static str>) {
    match &ty.shape {
        Shape::Any { of, .. } => of.iter().for_each(|ty| collect(ty, keys)),
        Shape::Seq { of, .. } => collect(of, keys),
        Shape::Map(map) => {
            collect_map(map, keys);
        }
        _ => {}
    }
}

fn collect_map(map: &MapType, keys: &mut BTreeSet<&'static str>) {
    for key in &map.keys {
        keys.insert(key.name);
        collect(&key.ty, keys);
    }
}

/// Whether a word is never the right spelling of another.
#[must_use]
pub fn stopped_to(word: &str) -> bool {
    word == "elm_test"
}

/// Keys that look like others too easily, and so are not offered.
#[must_use]
pub fn unmatchable(key: &str) -> bool {
    R_KEYS.contains(&key)
}

/// Keys of other tools that would open the container of a job, and why they are refused.
#[must_use]
pub fn forbidden(key: &str) -> bool {
    FORBIDDEN.contains(&key)
}

const FORBIDDEN: &[&str] = &[
    "cap_add",
    "cap_drop",
    "cgroup_parent",
    "device_cgroup_rules",
    "devices",
    "gpus",
    "ipc",
    "network_mode",
    "pid",
    "privileged",
    "runtime",
    "security_opt",
    "sysctls",
    "userns_mode",
    "uts",
    "volumes",
    "volumes_from",
];

const R_KEYS: &[&str] = &[
    "r_packages",
    "r_binary_packages",
    "r_github_packages",
    "apt_packages",
    "bioc_packages",
    "brew_packages",
    "bioc",
    "bioc_check",
    "bioc_required",
    "bioc_use_devel",
    "cran",
    "disable_homebrew",
    "latex",
    "pandoc",
    "pandoc_version",
    "r_build_args",
    "r_check_args",
    "r_check_revdep",
    "warnings_are_errors",
    "remotes",
    "repos",
];

const STOP: &[&str] = &[
    "branch",
    "branches",
    "pip",
    "slack",
    "test",
    "after_vendor",
    "erlang",
    "gcc",
    "golang",
    "html",
    "jvm",
    "nvm",
    "osx",
    "pgsql",
    "postgres",
    "prose",
    "sdk",
    "start_script",
    "trusty",
    "versions",
    "vimscript",
];

/// Misspellings seen in real configs, by the key that was meant.
const MISSPELLINGS: &[(&str, &[&str])] = &[
    (
        "addons",
        &[
            "add-ons", "add_ons", "addnos", "addon", "addonts", "addos", "ddons",
        ],
    ),
    ("after_deploy", &["after_deployment"]),
    (
        "after_failure",
        &[
            "after_fail",
            "after_faile",
            "after_failiure",
            "after_failures",
            "after_faulsure",
        ],
    ),
    (
        "after_script",
        &[
            "after_scipt",
            "after_scripts",
            "after_stript",
            "after_test",
            "afterscript",
            "fter_script",
            "safter_script",
        ],
    ),
    (
        "after_success",
        &[
            "adfter_success",
            "afer_success",
            "affter_success",
            "after sucess",
            "after-succeed",
            "after__success",
            "after_access",
            "after_sccess",
            "after_scuccess",
            "after_succcess",
            "after_succeed",
            "after_succes",
            "after_successsudo",
            "after_sucess",
            "aftersuccess",
            "aufter_success",
        ],
    ),
    ("all_branches", &["all_branch", "all_branchs"]),
    (
        "allow_failures",
        &[
            "allow_failure",
            "alllow_failure",
            "allo_failures",
            "allow_failtures",
            "allow_failues",
            "allow_failures__php",
            "allow_faliures",
            "allow_falures",
            "allow_features",
            "allowed_failures",
            "allows_failures",
            "known_failures",
        ],
    ),
    (
        "allowed_failures",
        &["allow_failuers", "allowable_failures"],
    ),
    ("apt", &["api", "aps"]),
    ("apt_packages", &["r_apt_packages"]),
    ("before_cache", &["before_archive"]),
    (
        "before_deploy",
        &["before_delpoy", "before_deployment", "before_deply"],
    ),
    (
        "before_install",
        &[
            "bafore_install",
            "bebefore_install",
            "befor_install",
            "before.install",
            "before__install",
            "before_insall",
            "before_instal",
            "before_instrall",
            "before_intall",
            "before_isntall",
            "beforeinstall",
            "brefore_install",
            "defore_install",
            "efore_install",
            "for_install",
        ],
    ),
    (
        "before_script",
        &[
            "bebore_script",
            "becore_script",
            "befor_script",
            "before scrip",
            "before-scripts",
            "before_scipt",
            "before_scrip",
            "before_scripe",
            "before_scripting",
            "before_scripts",
            "before_scrpit",
            "before_scrpt",
            "before_setup",
            "before_srcipt",
            "before_sript",
            "beforescript",
            "begore_script",
            "berfore_script",
            "brefore_script",
            "defore_script",
            "deploybefore_script",
            "efore_script",
            "jruby_before_script",
        ],
    ),
    ("branch", &["banch", "brach", "branche", "branches"]),
    (
        "branches",
        &[
            "baraches",
            "beanches",
            "boraches",
            "braches",
            "bracnhes",
            "brances",
            "branch",
            "branched",
            "branchers",
            "branchesonly",
            "branchs",
            "breanches",
            "brnaches",
            "brunches",
        ],
    ),
    ("bucket", &["s3_bucket"]),
    ("build_command_prepend", &["build_command_prepare"]),
    ("bundler", &["bundle", "bundler", "bunlder"]),
    (
        "bundler_args",
        &[
            "bnndler_args",
            "builder_args",
            "bunbler_args",
            "bundle_args",
            "sbundler_args",
        ],
    ),
    (
        "cache",
        &[
            "aache", "ache", "cach", "cached", "caches", "cahce", "ccache", "chache", "pcache",
        ],
    ),
    ("code_climate", &["codeclimate"]),
    (
        "compiler",
        &[
            "ccompiler",
            "cimpiler",
            "comiler",
            "comipler",
            "compieler",
            "compile",
            "compilers",
            "compilger",
            "compilier",
            "compiller",
            "compilter",
            "complier",
            "compliler",
            "compuler",
        ],
    ),
    ("components", &["componenents", "component", "coponents"]),
    ("condition", &["conditions", "contition"]),
    ("coverity_scan", &["coversity_scan"]),
    ("deploy", &["deployd", "deployg", "deply", "diydeploy"]),
    (
        "directories",
        &[
            "direcetories",
            "directiories",
            "directores",
            "directoriei",
            "directories",
            "diretories",
        ],
    ),
    ("directory", &["directory"]),
    ("dist", &["distro", "disty"]),
    ("email", &["emai", "emails", "mail"]),
    ("env", &["ebv", "eenv", "envs", "evn", "henv"]),
    ("except", &["expect"]),
    ("exclude", &["exclue", "exlude"]),
    (
        "fast_finish",
        &[
            "fash_finish",
            "fast_finis",
            "fast_finishe",
            "fast_finished",
            "vast_finish",
        ],
    ),
    ("gemfile", &["emfile", "gemfiles"]),
    (
        "global",
        &["gloabl", "globa", "globaL", "globals", "gobal", "grobal"],
    ),
    ("include", &["includes"]),
    (
        "install",
        &[
            "iinstall",
            "instal",
            "instale",
            "install_r",
            "instll",
            "intall",
            "intsall",
            "nstall",
            "preinstall",
        ],
    ),
    ("jdk", &["idk", "jdks", "jkd"]),
    ("lang", &["erlang"]),
    (
        "language",
        &[
            "anguage",
            "cd_language",
            "cdlanguage",
            "gilanguage",
            "glanguage",
            "hlanguage",
            "ilanguage",
            "jslanguage",
            "laguage",
            "laguange",
            "lalanguage",
            "lanage",
            "lanaguage",
            "lanauage",
            "langage",
            "langague",
            "langauage",
            "langauge",
            "langiage",
            "langlanguage",
            "langnguage",
            "languace",
            "languae",
            "languag",
            "languagee",
            "languages",
            "languague",
            "languaje",
            "languanage",
            "languange",
            "languare",
            "languate",
            "langue",
            "langueage",
            "langugae",
            "langugage",
            "languge",
            "langulage",
            "languqge",
            "langurage",
            "langyage",
            "lannguage",
            "lanuage",
            "lanugage",
            "laugnage",
            "lauguage",
            "laungage",
            "launguage",
            "lenguage",
            "llanguage",
            "lnguage",
            "lunguage",
            "nguage",
            "prelanguage",
            "rlanguage",
            "slanguage",
            "vlanguage",
            "vvblanguage",
        ],
    ),
    ("lein", &["lien"]),
    ("licenses", &["licences", "license"]),
    ("matrix", &["matix", "matrie", "maxtrix"]),
    ("node", &["nodje"]),
    ("node_js", &["mode_js", "nod_js", "node_ls", "npde_js"]),
    ("notification", &["notificaion", "notififation"]),
    (
        "notifications",
        &[
            "nitifications",
            "nnotifications",
            "nojifications",
            "nortifications",
            "notfications",
            "notications",
            "noticications",
            "notifacations",
            "notifcations",
            "notifiactions",
            "notifiations",
            "notificactions",
            "notificaions",
            "notificaitons",
            "notificarions",
            "notificastions",
            "notification",
            "notifications.irc",
            "notificationsirc",
            "notificatios",
            "notificatons",
            "notificiations",
            "notificications",
            "notifictations",
            "notifictions",
            "notigications",
            "notofocations",
            "tifications",
        ],
    ),
    (
        "on_failure",
        &[
            "cn_failure",
            "o_failure",
            "on_failed",
            "on_failiure",
            "on_faillure",
            "on_failture",
            "on_failue",
            "on_failuer",
            "on_faiulre",
            "on_faliure",
            "on_faulure",
            "onfailure",
        ],
    ),
    ("on_start", &["on_started"]),
    (
        "on_success",
        &[
            "on-sucsess",
            "on_cussess",
            "on_succes",
            "on_successs",
            "on_sucess",
            "on_sucsess",
            "onsuccess",
        ],
    ),
    ("osx_image", &["os_image", "sx_image", "x_image"]),
    ("otp_release", &["opt_release"]),
    (
        "packages",
        &["pacages", "pacakges", "package", "pakages", "src/packages"],
    ),
    ("php", &["phpp", "phps"]),
    ("pip", &["pip", "pip3"]),
    ("podfile", &["podfie", "profile"]),
    (
        "postgresql",
        &[
            "posgresql",
            "postgesql",
            "postgres",
            "postgreslq",
            "postgresq",
            "postgressql",
        ],
    ),
    ("python", &["ptyhon", "pyhton", "pytho", "pythonl", "pyton"]),
    ("r_binary_packages", &["r_binary_pacakges"]),
    ("r_check_args", &["r_check_arg"]),
    (
        "recipients",
        &[
            "receipients",
            "recepients",
            "recipents",
            "recipient",
            "reipients",
        ],
    ),
    ("rooms", &["room"]),
    ("rvm", &["gvm", "rmv", "rvms"]),
    ("sauce_connect", &["source_connect"]),
    ("sbt_args", &["sbtargs"]),
    (
        "script",
        &[
            "Scripts", "ascript", "cript", "sccript", "sciprt", "scipt", "scirpt", "scriipt",
            "scrip", "scripe", "scripte", "scripts", "scrit", "scritp", "scrpit", "scrpt",
            "scrtip", "sctipt", "sctript", "socript", "spript", "srcipt", "sript",
        ],
    ),
    (
        "services",
        &[
            "ervices",
            "serivces",
            "serives",
            "service",
            "servicies",
            "servies",
            "servises",
            "sevices",
        ],
    ),
    ("skip_join", &["skip_jpin"]),
    ("slack", &["slac"]),
    ("solution", &["solutions", "soultion"]),
    ("sources", &["source"]),
    ("submodules", &["submodule"]),
    (
        "sudo",
        &[
            "asudo", "dudo", "esudo", "fsudo", "isudo", "qqsudo", "sodo", "sodu", "ssudo", "sude",
            "sudeo", "sudio", "sudu", "udo",
        ],
    ),
    ("tags", &["ags", "tag"]),
    ("target_paths", &["target-path", "target_path"]),
    ("urls", &["url"]),
    ("use_notice", &["user_notice"]),
    ("version", &["sbtversion", "versions"]),
    (
        "virtualenv",
        &["virtalenv", "virtual env", "virtual_env", "virtualenf"],
    ),
    (
        "warnings_are_errors",
        &[
            "warning_are_errors",
            "warnings_are_erros",
            "warnings_as_errors",
        ],
    ),
    ("webhooks", &["webbooks", "webhools"]),
    (
        "xcode_project",
        &["ixcode_project", "xcode_projec", "xode_project"],
    ),
    (
        "xcode_scheme",
        &[
            "code_scheme",
            "xcdoe_scheme",
            "xcode_schema",
            "xcode_schemes",
            "xode_scheme",
        ],
    ),
    ("xcode_sdk", &["xccode_sdk"]),
    ("xcode_workspace", &["xcode_xcworkspace"]),
];
