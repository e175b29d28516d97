//! Kills at random moments of a build's whole life (issue: restart and upgrade; reliability R1–R10).

use crate::dice::Dice;
use crate::moment::Moment;
use crate::outcome::Outcome;
use crate::project::Project;
use crate::serving::Serving;
use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

/// Of one build, so many.
const KILLS_OF_A_BUILD: std::ops::Range<u64> = 6..11;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable}: {text:?} is no number")))
}

#[tokio::test(flavor = "multi_thread")]
async fn however_often_the_agent_is_killed_a_build_comes_to_what_it_comes_to_undisturbed() {
    let kills = number("AGENT_TEST_KILLS").unwrap_or(20);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let seed = number("AGENT_TEST_SEED").unwrap_or(now);
    println!("AGENT_TEST_KILLS={kills} AGENT_TEST_SEED={seed}");
    let begin = Instant::now();
    let undisturbed = build(&[], &mut BTreeMap::new()).await;
    let took = begin.elapsed();
    println!(
        "undisturbed: {took:.1?}, {} bytes of logs",
        undisturbed.log_bytes()
    );
    let (mut dice, mut left, mut noted) = (Dice::new(seed), kills, BTreeMap::new());
    while left > 0 {
        let some = dice.within(KILLS_OF_A_BUILD).min(left);
        let mean = took / u32::try_from(some).unwrap();
        let moments = Moment::some(&mut dice, some, mean);
        let begin = Instant::now();
        build(&moments, &mut noted).await.expect_same(&undisturbed);
        println!("{some} kills: {:.1?}", begin.elapsed());
        left -= some;
    }
    println!(
        "killed {kills} times, in {:.0?}, about: {noted:#?}",
        begin.elapsed()
    );
}

/// One push and its build, with these kills.
async fn build(moments: &[Moment], noted: &mut BTreeMap<&'static str, u32>) -> Outcome {
    let mut project = Project::new();
    let agent = Serving::start(&project.world.machine).await;
    project.push();
    let agent = project.kill_at(agent, moments, noted).await;
    project.end(agent).await
}
