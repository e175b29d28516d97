//! The protocol between agent and supervisor: what is written is read again, and nothing panics.

use agent::protocol::{
    Cause, Command, CommandId, DecodeError, Failure, Frame, JobResult, Limits, Outcome, Phase,
    PhaseStart, Record, RecordReader, Script, Step, Warning, When,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::time::Duration;

fn phase() -> impl Strategy<Value = Phase> {
    (0..Phase::ALL.len()).prop_map(|at| Phase::ALL[at])
}

fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        Just(Failure::Ignore),
        Just(Failure::Warn),
        Just(Failure::Record),
        Just(Failure::Assert),
        any::<bool>().prop_map(|tolerated| Failure::Deploy { tolerated }),
        vec(any::<u8>(), 0..20).prop_map(Failure::SkipEntry),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let when = prop_oneof![Just(When::Always), Just(When::Passed), Just(When::Failed)];
    prop_oneof![
        (phase(), option::of(any::<u32>()), when)
            .prop_map(|(phase, entry, when)| Step::Phase(PhaseStart { phase, entry, when })),
        vec(any::<u8>(), 0..40).prop_map(Step::Text),
        vec(any::<u8>(), 0..40).prop_map(Step::SkipEntry),
        (
            any::<String>(),
            any::<u32>(),
            option::of(any::<String>()),
            option::of(any::<String>()),
            vec(any::<u8>(), 0..40),
            failure()
        )
            .prop_map(|(text, number, label, fold, echo, failure)| {
                Step::Command(Command {
                    place: format!("at {label:?}"),
                    text,
                    number,
                    label,
                    fold,
                    echo,
                    failure,
                })
            }),
    ]
}

fn script() -> impl Strategy<Value = Script> {
    (
        vec((vec(any::<u8>(), 0..9), vec(any::<u8>(), 0..30)), 0..4),
        any::<String>(),
        any::<String>(),
        any::<[u32; 3]>(),
        any::<bool>(),
        vec(step(), 0..6),
    )
        .prop_map(
            |(env, directory, preamble, [silence, hard, grace], hold, steps)| {
                let millis = |value: u32| Duration::from_millis(u64::from(value));
                Script {
                    env,
                    directory,
                    preamble,
                    limits: Limits {
                        silence: millis(silence),
                        hard: millis(hard),
                        grace: millis(grace),
                    },
                    hold,
                    steps,
                }
            },
        )
}

fn command_id() -> impl Strategy<Value = CommandId> {
    (phase(), option::of(any::<u32>()), any::<u32>()).prop_map(|(phase, entry, number)| CommandId {
        phase,
        entry,
        number,
    })
}

fn cause() -> impl Strategy<Value = Cause> {
    prop_oneof![
        Just(Cause::Finished),
        Just(Cause::Canceled),
        Just(Cause::NoResult),
        any::<String>().prop_map(Cause::Supervisor),
        option::of(command_id()).prop_map(|command| Cause::SilenceLimit { command }),
        option::of(command_id()).prop_map(|command| Cause::HardLimit { command }),
        option::of(command_id()).prop_map(|command| Cause::DiskLimit { command }),
        (command_id(), any::<i32>())
            .prop_map(|(command, status)| Cause::CommandFailed { command, status }),
        (command_id(), any::<i32>())
            .prop_map(|(command, status)| Cause::DeployFailed { command, status }),
        (command_id(), any::<i32>(), any::<bool>()).prop_map(|(command, status, errexit)| {
            Cause::ShellEnded {
                command,
                status,
                errexit,
            }
        }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let result = prop_oneof![
        Just(JobResult::Passed),
        Just(JobResult::Failed),
        Just(JobResult::Errored),
        Just(JobResult::Canceled),
    ];
    let warning = prop_oneof![
        (command_id(), any::<i32>())
            .prop_map(|(command, status)| Warning::CommandFailed { command, status }),
        (command_id(), any::<i32>())
            .prop_map(|(command, status)| Warning::ShellEnded { command, status }),
        command_id().prop_map(|command| Warning::PassedUntested { command }),
        Just(Warning::OutOfMemory),
    ];
    (result, cause(), vec(warning, 0..4)).prop_map(|(result, cause, warnings)| Outcome {
        result,
        cause,
        warnings,
    })
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        any::<String>().prop_map(Record::hello),
        vec(any::<u8>(), 0..50).prop_map(Record::Output),
        (phase(), option::of(any::<u32>()))
            .prop_map(|(phase, entry)| Record::PhaseStarted { phase, entry }),
        command_id().prop_map(Record::CommandStarted),
        (command_id(), any::<i32>(), any::<u64>()).prop_map(|(command, status, duration)| {
            Record::CommandFinished {
                command,
                status,
                duration,
            }
        }),
        any::<u32>().prop_map(|entry| Record::EntrySkipped { entry }),
        outcome().prop_map(Record::Ended),
        cause().prop_map(Record::Held),
        (8u8..).prop_map(Record::Unknown),
    ]
}

proptest! {
    #[test]
    fn a_script_is_read_as_it_was_written(script in script()) {
        let bytes = script.encode();
        prop_assert!(Script::decode(&bytes) == Ok(script.clone()));
        let framed = script.encode_framed();
        prop_assert_eq!(&framed[..4], (bytes.len() as u32).to_le_bytes());
        prop_assert_eq!(&framed[4..], bytes);
    }

    #[test]
    fn no_bytes_make_the_script_reader_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = Script::decode(&bytes);
        let _ = Script::decode(&[b"CIS1".as_slice(), &bytes].concat());
    }

    #[test]
    fn a_damaged_script_never_panics(script in script(), at in any::<prop::sample::Index>(), bit in 0..8) {
        let mut bytes = script.encode();
        let at = at.index(bytes.len());
        let _ = Script::decode(&bytes[..at]);
        bytes[at] ^= 1u8 << bit;
        let _ = Script::decode(&bytes);
    }

    #[test]
    fn records_are_read_under_any_chunking(records in vec(record(), 0..8), chunk in 1usize..40, from in 0u64..1000) {
        let stream: Vec<u8> = records.iter().flat_map(Record::encode).collect();
        let mut reader = RecordReader::new(from);
        let mut seen = Vec::new();
        for piece in stream.chunks(chunk) {
            reader.feed(piece);
            while let Some((offset, record)) = reader.next().unwrap() {
                prop_assert_eq!(offset, reader.offset());
                seen.push(record);
            }
        }
        prop_assert_eq!(seen, records);
        prop_assert_eq!(reader.offset(), from + stream.len() as u64);
    }

    #[test]
    fn no_bytes_make_the_record_reader_panic(bytes in vec(any::<u8>(), 0..300)) {
        let mut reader = RecordReader::new(0);
        reader.feed(&bytes);
        while let Ok(Some(_)) = reader.next() {}
    }

    #[test]
    fn frames_are_read_as_they_were_written(value in any::<u64>(), bytes in any::<[u8; 9]>()) {
        for frame in [Frame::Ack(value), Frame::Cancel { grace: Duration::from_millis(value) }] {
            let encoded: [u8; Frame::LENGTH] = frame.encode().try_into().unwrap();
            prop_assert_eq!(Frame::decode(encoded), Some(frame));
        }
        let _ = Frame::decode(bytes);
    }
}

#[test]
fn a_script_does_not_show_its_environment() {
    let script = Script {
        env: vec![(b"TOKEN".to_vec(), b"hunter2".to_vec())],
        ..Script::default()
    };
    assert!(!format!("{script:?}").contains("hunter2"));
    assert!(!format!("{script:?}").contains("104, 117"));
}

#[test]
fn a_script_of_another_version_is_told_apart() {
    assert_eq!(
        Script::decode(b"CIS9\0\0\0\0").err(),
        Some(DecodeError::Version)
    );
}

#[test]
fn a_record_that_claims_too_much_is_refused() {
    let mut reader = RecordReader::new(0);
    reader.feed(&[1, 255, 255, 255, 255]);
    assert_eq!(reader.next(), Err(DecodeError::TooLong));
}
