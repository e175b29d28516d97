//! Attaching again and again without a lost or doubled byte (decision 17).

use crate::harness::{job, output};
use agent::protocol::{Frame, JobResult::*, Record};
use std::io::Read;
use std::time::Duration;

const MANY: &str = "i=0; while [ $i -lt 3000 ]; do echo \"line $i\"; i=$((i+1)); done";

fn check(log: &str) {
    let seen: Vec<&str> = log
        .lines()
        .filter(|line| line.starts_with("line "))
        .collect();
    let expected: Vec<String> = (0..3000).map(|i| format!("line {i}")).collect();
    assert_eq!(seen, expected);
}

#[test]
fn killed_attachments_lose_and_double_nothing() {
    let mut running = job([MANY]).start();
    let mut records: Vec<Record> = Vec::new();
    let mut offset = 0;
    let mut turns = 0;
    loop {
        let mut attached = running.attach(offset);
        attached.acknowledge = turns % 2 == 0;
        // Always cut in the middle of a record, after at least one whole one.
        while attached.records.len() < 2 && !attached.ended() {
            assert!(attached.read_at_most(2000));
        }
        offset = attached.reader.offset();
        records.append(&mut attached.records);
        turns += 1;
        if matches!(records.last(), Some(Record::Ended(_))) {
            attached.send(Frame::Ack(offset));
            assert_eq!(running.wait(), 0);
            break;
        }
    }
    assert!(turns > 2, "{turns} attachments");
    check(&crate::harness::plain(&output(&records)));
}

#[test]
fn a_newer_attachment_takes_over() {
    let running = job(["echo one; sleep 0.5; echo two"]).start();
    let mut old = running.attach(0);
    old.acknowledge = false;
    old.read_until("\none");
    let mut new = running.attach(0);
    new.read_to_end();
    let mut rest = Vec::new();
    old.process
        .stderr
        .take()
        .unwrap()
        .read_to_end(&mut rest)
        .unwrap();
    assert!(old.process.wait().unwrap().success());
    running
        .finish(&new)
        .result(Passed)
        .says("one\n")
        .says("two\n");
}

#[test]
fn what_was_acknowledged_is_gone() {
    let running = job(["echo one", "sleep 0.5"]).start();
    let mut first = running.attach(0);
    first.read_until("\none");
    std::thread::sleep(Duration::from_millis(50));
    let mut second = running.attach(0);
    let mut text = String::new();
    second
        .process
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(!second.process.wait().unwrap().success());
    assert!(
        text.contains("records from offset 0 on are not there"),
        "{text}"
    );
    first.read_to_end();
    running.finish(&first).result(Passed);
}

#[test]
fn a_job_without_listeners_waits_in_the_ring_and_goes_on() {
    // More than the ring holds.
    let running = job([
        "head -c 12000000 /dev/zero | tr '\\0' x | fold -w 99",
        "echo end",
    ])
    .limits(300, 60_000)
    .start();
    std::thread::sleep(Duration::from_secs(1));
    let mut attached = running.attach(0);
    attached.read_to_end();
    let ran = running.finish(&attached);
    ran.result(Passed).says("\nend\n");
    assert!(ran.raw.len() > 12_000_000);
}

#[test]
fn an_attachment_without_its_input_still_reads() {
    let mut running = job(["echo one", "echo two"]).start();
    let mut attached = running.attach(0);
    let (_, closed) = std::io::pipe().unwrap();
    let closed: std::os::fd::OwnedFd = closed.into();
    attached.stdin = closed.into();
    attached.acknowledge = false;
    attached.read_to_end();
    running.stop(0);
    assert_eq!(running.wait(), 0);
}

#[test]
fn records_tell_phases_and_commands_with_times() {
    let ran = job(["sleep 1"]).phase(|p| &mut p.install, ["true"]).run();
    let told: Vec<String> = ran
        .records
        .iter()
        .filter_map(|record| match record {
            Record::PhaseStarted { phase, .. } => Some(phase.name().to_owned()),
            Record::CommandStarted(command) => Some(format!("start {}", command.number)),
            Record::CommandFinished { duration, .. } => {
                Some(format!("long: {}", *duration >= 1_000_000_000))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [
            "install",
            "start 1",
            "long: false",
            "script",
            "start 1",
            "long: true"
        ]
    );
    assert!(matches!(&ran.records[0], Record::Hello { shell, .. } if shell.ends_with("bash")));
}
