use super::*;
use crate::dialect::Dialect;
use crate::source::{FileId, Source};
use crate::yaml::load;

fn addons(text: &str) -> (Addons, Vec<String>) {
    let loaded = load(&Source::new(".ci.yml", text), FileId(0), Dialect::Ours);
    let (addons, wrong) = read(&loaded.root.unwrap());
    let told = wrong.into_iter();
    let told = told.map(|wrong| format!("{}: {}; {}", wrong.key, wrong.message, wrong.help));
    (addons, told.collect())
}

#[test]
fn packages_come_from_both_keys_each_once_and_split_at_blanks() {
    let text = "apt: {packages: [gcc-5 g++-5, 'libc6:i386', 'cmake=2.\\*'], update: true}\n\
                apt_packages: [gcc-5, pandoc]\n";
    let (found, wrong) = addons(text);
    assert_eq!(wrong, Vec::<String>::new());
    let packages = ["gcc-5", "g++-5", "libc6:i386", "cmake=2.*", "pandoc"];
    assert_eq!(found.apt.packages, packages);
    assert!(found.apt.update && !found.is_empty());
}

#[test]
fn sources_are_names_archives_of_launchpad_and_lines() {
    let text = "apt:\n  sources:\n  - ubuntu-toolchain-r-test\n  - 'ppa:ondrej/php'\n  - ppa:x\n  \
                - {name: git-core}\n  - sourceline: 'deb https://e.org/apt stable main'\n    \
                key_url: 'https://e.org/key'\n";
    let (found, wrong) = addons(text);
    assert_eq!(wrong, Vec::<String>::new());
    let ppa = |name: &str| AptSource::Ppa(name.to_owned());
    let expected = [
        ppa("ppa:ubuntu-toolchain-r/test"),
        ppa("ppa:ondrej/php"),
        ppa("ppa:x/ppa"),
        ppa("ppa:git-core/ppa"),
        AptSource::Line {
            line: "deb https://e.org/apt stable main".to_owned(),
            key: Some("https://e.org/key".to_owned()),
        },
    ];
    assert_eq!(found.apt.sources, expected);
}

#[test]
fn a_name_that_is_nearly_known_is_suggested_and_kept_for_the_log() {
    let (found, wrong) = addons("apt: {sources: [ubuntu-toolchain-r-tets]}\n");
    let said = "apt.sources: No source is known as `ubuntu-toolchain-r-tets`; \
                did you mean `ubuntu-toolchain-r-test`?";
    assert_eq!(wrong, [said]);
    let unknown = AptSource::Unknown("ubuntu-toolchain-r-tets".to_owned());
    assert_eq!(found.apt.sources, [unknown]);
    let (_, wrong) = addons("apt: {sources: [llvm-tolchain-jammy-15]}\n");
    assert!(
        wrong[0].ends_with("did you mean `llvm-toolchain-jammy-15`?"),
        "{wrong:?}"
    );
}

#[test]
fn nothing_that_is_no_name_gets_through() {
    for text in [
        "apt: {packages: ['-oDebug::x=1']}",
        "apt: {packages: ['$(touch pwned)']}",
        "apt: {packages: ['a;b']}",
        "apt_packages: [\"a'b\"]",
        "apt: {sources: ['ppa:a/b;c']}",
        "apt: {sources: ['ppa:-x/y']}",
        "apt: {sources: [\"deb https://a b\\nc\"]}",
        "apt: {sources: [{sourceline: 'rpm https://a'}]}",
        "apt: {sources: [{sourceline: 'deb https://a b c', key_url: 'file:///etc/passwd'}]}",
        "apt: {sources: [{sourceline: 'deb https://a b c', key_url: '-o/etc/x'}]}",
        "hosts: ['a:10.0.0.1']",
        "hosts: ['-a', 'a..b']",
        "hostname: \"$(id)\"",
        "ssh_known_hosts: ['-oProxyCommand=x']",
        "ssh_known_hosts: ['host:99999']",
        "ssh_known_hosts: [{secure: x}]",
        "firefox: ../../x",
    ] {
        let (found, wrong) = addons(text);
        assert!(!wrong.is_empty(), "{text}");
        let kept = Addons {
            apt: Apt {
                span: Span::default(),
                ..found.apt
            },
            span: Span::default(),
            ..found
        };
        assert_eq!(kept, Addons::default(), "{text}");
    }
}

#[test]
fn hosts_and_browsers() {
    let text = "hosts: [a.test, b_c.test d]\nhostname: short\nssh_known_hosts: ['e.org:6022', 10.1.2.3]\n\
                chrome: beta\nfirefox: 115\n";
    let (found, wrong) = addons(text);
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(found.hosts, ["a.test", "b_c.test", "d"]);
    assert_eq!(found.hostname.as_deref(), Some("short"));
    let known: Vec<_> = found
        .ssh_known_hosts
        .iter()
        .map(|host| (host.name.as_str(), host.port))
        .collect();
    assert_eq!(known, [("e.org", Some(6022)), ("10.1.2.3", None)]);
    assert_eq!(found.chrome.as_deref(), Some("beta"));
    assert_eq!(found.firefox.as_deref(), Some("115.0"));
    for (written, version) in [
        ("latest-esr", "latest-esr"),
        ("52.6.0esr", "52.6.0esr"),
        ("'55.0'", "55.0"),
    ] {
        let (found, _) = addons(&format!("firefox: {written}\n"));
        assert_eq!(found.firefox.as_deref(), Some(version));
    }
}
