//! What a job fetches for its work tree by itself: submodules, files of Git LFS; and what becomes of them,
//! and of addons, in an image that has neither git nor apt.

use crate::engine::docker;
use crate::world::World;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// `hello of lfs\n`
const LARGE: &str = "hello of lfs\n";

#[test]
fn submodules_and_files_of_lfs_are_fetched_in_the_job_by_web_addresses() {
    let config = "script:\n  - cat vendor/library/code large.bin\n  - git status --porcelain\n  \
                  - git submodule status --recursive\n";
    let world = World::of(config);
    let site = Site::start(&world);
    site.fill(&world);
    for options in [&["--head"][..], &[]] {
        let build = world.run(options);
        build.expect_exit(0);
        let job = build.only_job();
        let log = build.log(&job);
        for line in [
            "$ git submodule update --init --recursive --quiet",
            "$ git lfs pull",
            "of the library",
            "hello of lfs",
        ] {
            assert!(log.lines().any(|one| one == line), "{line}: {log}");
        }
        // Nothing is changed, and the submodule is at its commit.
        assert!(
            !log.contains(" M ") && log.contains(" vendor/library"),
            "{log}"
        );
    }
    // Nobody was told a password.
    assert!(!site.heard().contains("authorization"), "{}", site.heard());

    let switched = config.to_owned()
        + "git: {submodules: false, lfs_skip_smudge: true}\nafter_script: echo \"skip $GIT_LFS_SKIP_SMUDGE\"\n";
    let switched = switched.replace("cat vendor/library/code", "ls vendor/library; cat");
    world.checkout.write(".ci.yml", &switched);
    world.checkout.commit();
    let build = world.run(&[]);
    let job = build.only_job();
    build
        .expect_exit(0)
        .expect_log(&job, "oid sha256:")
        .expect_log(&job, "skip 1")
        .expect_not_logged(&job, "git submodule update")
        .expect_not_logged(&job, "git lfs pull");

    // The library is gone; three tries, and a word about what can be done.
    std::fs::remove_dir_all(site.folder.join("library.git")).unwrap();
    let deep = config.to_owned() + "git: {submodules_depth: 3}\n";
    world.checkout.write(".ci.yml", &deep);
    world.checkout.commit();
    let build = world.run(&[]);
    let job = build.only_job();
    build
        .expect_exit(1)
        .expect_reason(&job, "errored", "checkout, command 1 exited with")
        .expect_log(
            &job,
            "$ git submodule update --init --recursive --quiet --depth=3",
        )
        .expect_log(
            &job,
            "Submodules are fetched in the job and without credentials.",
        );
    world.finish();
}

#[test]
fn an_image_without_git_has_its_tree_and_one_without_apt_says_what_to_do() {
    let image = bare_image();
    let config = format!(
        "image: {image}\njobs:\n  include:\n  - name: tree\n    git: {{submodules: false}}\n    \
         script: \"! command -v git && cat .ci.yml large.bin && test -d .git\"\n  - name: submodules\n    \
         script: echo never\n  - name: addons\n    addons: {{apt: {{packages: hello}}}}\n    script: echo never\n"
    );
    let world = World::of(&config);
    let site = Site::start(&world);
    site.fill(&world);
    let build = world.run(&["--head"]);
    build
        .expect_exit(1)
        .expect_state("tree", "passed")
        .expect_log(
            "tree",
            "1 file of Git LFS is a pointer: the image has no git-lfs",
        )
        .expect_log("tree", "oid sha256:")
        .expect_reason("submodules", "errored", "checkout, command 1 exited with 1")
        .expect_log("submodules", "the image has no git to fetch them with")
        .expect_reason("addons", "errored", "addons exited with 1")
        .expect_log(
            "addons",
            "addons.apt needs apt-get, which this image has not",
        )
        .expect_not_logged("addons", "never");
    world.finish();
}

/// The base image without git, apt and sudo.
fn bare_image() -> &'static str {
    let image = "agent-test/bare";
    let text = "FROM agent-base\nUSER root\n\
                RUN rm -f /usr/bin/git /usr/bin/git-lfs /usr/bin/apt-get /usr/bin/sudo\nUSER travis\n";
    let mut built = Command::new("docker")
        .args(["build", "--quiet", "--tag", image, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    built
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    assert!(built.wait().unwrap().success());
    image
}

/// A folder over HTTP where jobs reach it, with the batch calls of Git LFS.
struct Site {
    folder: PathBuf,
    /// Host and port.
    address: String,
}

impl Site {
    fn start(world: &World) -> Self {
        let folder = world.folder().join("site");
        std::fs::create_dir(&folder).unwrap();
        let listener = TcpListener::bind((bridge_address().as_str(), 0)).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let site = Self { folder, address };
        let (folder, address) = (site.folder.clone(), site.address.clone());
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, address) = (folder.clone(), address.clone());
                std::thread::spawn(move || answer(stream, &folder, &address));
            }
        });
        site
    }

    /// All requests' heads, in lower case.
    fn heard(&self) -> String {
        std::fs::read_to_string(self.folder.join("heard")).unwrap_or_default()
    }

    /// Gives the world's repository a submodule whose address wants ssh, and a file of Git LFS.
    fn fill(&self, world: &World) {
        let host = self.address.split(':').next().unwrap();
        let library = world.folder().join("library");
        std::fs::create_dir(&library).unwrap();
        let git = |folder: &Path, args: &[&str]| {
            let author = ["-c", "user.name=t", "-c", "user.email=t@e"];
            let local = ["-c", "protocol.file.allow=always"];
            let done = Command::new("git")
                .arg("-C")
                .arg(folder)
                .args(author)
                .args(local)
                .args(args)
                .output()
                .unwrap();
            assert!(done.status.success(), "git {args:?}: {done:?}");
        };
        git(&library, &["init", "-q"]);
        std::fs::write(library.join("code"), "of the library\n").unwrap();
        git(&library, &["add", "."]);
        git(&library, &["commit", "-q", "-m", "library"]);
        let bare = self.folder.join("library.git");
        let (from, to) = (library.to_str().unwrap(), bare.to_str().unwrap());
        git(&library, &["clone", "-q", "--bare", from, to]);
        git(&bare, &["update-server-info"]);

        let path = world.checkout.path();
        let origin = format!("http://{}/example/small", self.address);
        git(path, &["remote", "set-url", "origin", &origin]);
        git(
            path,
            &["submodule", "--quiet", "add", from, "vendor/library"],
        );
        let modules = std::fs::read_to_string(path.join(".gitmodules")).unwrap();
        let ssh = format!("git@{host}:library.git");
        world
            .checkout
            .write(".gitmodules", &modules.replace(from, &ssh));
        let digest = ring::digest::digest(&ring::digest::SHA256, LARGE.as_bytes());
        let oid: String = digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        std::fs::write(self.folder.join(&oid), LARGE).unwrap();
        let size = LARGE.len();
        let pointer =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n");
        let attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\n";
        world.checkout.write(".gitattributes", attributes);
        world.checkout.write("large.bin", &pointer);
        world.checkout.commit();
        // As after a clone without its submodules.
        git(
            path,
            &["submodule", "--quiet", "deinit", "--force", "--all"],
        );
    }
}

/// This machine's address on the engine's own bridge.
fn bridge_address() -> String {
    let of_bridge = |format| docker(&["network", "inspect", "bridge", "--format", format]);
    let gateway = of_bridge("{{with index .IPAM.Config 0}}{{.Gateway}}{{end}}");
    if !gateway.is_empty() {
        return gateway;
    }
    let bridge = of_bridge("{{index .Options \"com.docker.network.bridge.name\"}}");
    let shown = Command::new("ip")
        .args(["-4", "-o", "address", "show", "dev", &bridge])
        .output();
    let shown = String::from_utf8(shown.unwrap().stdout).unwrap();
    let address = shown.split_whitespace().nth(3).unwrap();
    address.split('/').next().unwrap().to_owned()
}

fn answer(stream: TcpStream, folder: &Path, address: &str) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_lowercase();
    let mut heard = std::fs::OpenOptions::new();
    let mut heard = heard
        .create(true)
        .append(true)
        .open(folder.join("heard"))
        .ok()?;
    heard.write_all(lower.as_bytes()).ok()?;
    let length = lower.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
    let mut body = Vec::new();
    let _ = (&mut stream)
        .take(length.unwrap_or(0))
        .read_to_end(&mut body);
    let path = head.split([' ', '?']).nth(1)?.trim_start_matches('/');
    let found = if path.ends_with("/info/lfs/objects/batch") {
        batch(&body, address)
    } else if path.contains("..") {
        None
    } else {
        std::fs::read(folder.join(path)).ok()
    };
    let (status, kind) = match &found {
        Some(_) if path.ends_with("batch") => ("200 OK", "application/vnd.git-lfs+json"),
        Some(_) => ("200 OK", "application/octet-stream"),
        None => ("404 Not Found", "text/plain"),
    };
    let body = found.unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let stream = stream.get_mut();
    stream.write_all(&[head.as_bytes(), &body].concat()).ok()
}

/// Where each wanted object is.
fn batch(body: &[u8], address: &str) -> Option<Vec<u8>> {
    let wanted: serde_json::Value = serde_json::from_slice(body).ok()?;
    let objects = wanted["objects"].as_array()?.iter().map(|object| {
        let oid = object["oid"].as_str().unwrap_or_default();
        let href = format!("http://{address}/{oid}");
        serde_json::json!({
            "oid": oid, "size": object["size"], "authenticated": true,
            "actions": {"download": {"href": href}},
        })
    });
    let answer = serde_json::json!({"transfer": "basic", "objects": objects.collect::<Vec<_>>()});
    Some(answer.to_string().into_bytes())
}
