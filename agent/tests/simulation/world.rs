//! A world from its seed: agents that live and die, people, and the moment when all is quiet.

use crate::chance::Chance;
use crate::check;
use crate::engine::Engine;
use crate::figures::Figures;
use crate::github::{Github, HOOK, REPOSITORY, SLUG};
use crate::life::{Killed, Life, Place};
use crate::people::People;
use crate::time::Time;
use agent::store::{LeaseClock, Location, Repository, RepositoryId, RepositorySettings};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

/// After so much time without trouble everything must have come to its end.
const QUIET: Duration = Duration::from_secs(3600);

/// An agent's place, and its process while there is one.
pub(crate) struct Agent {
    pub(crate) place: Place,
    pub(crate) life: Option<Life>,
    /// When it starts again.
    back: Instant,
}

pub(crate) struct World {
    pub(crate) agents: Vec<Agent>,
    pub(crate) people: People,
    pub(crate) github: Arc<Github>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) figures: Figures,
    chance: Arc<Chance>,
    time: Arc<Time>,
    /// Whether agents are killed and GitHub fails.
    wild: bool,
    _folder: TempDir,
}

/// Lives a world of so many agents to its end, and says what happened in it.
pub(crate) fn live(seed: u64, agents: usize) -> Figures {
    let mut world = World::new(seed, agents);
    let kills = world.chance.range(20, 60);
    let mut next = world.time.now();
    while world.figures.kills < kills {
        if world.time.now() >= next {
            world.happens();
            next = world.time.now() + world.chance.millis(100, 25_000);
        }
        world.slice(next);
    }
    world.calm();
    let end = world.time.now() + QUIET;
    while !world.is_settled() && world.time.now() < end {
        let next = world.time.now() + Duration::from_secs(10);
        while world.time.now() < next {
            world.slice(next);
        }
    }
    check::all(&mut world);
    world.figures.worlds = 1;
    world.figures.virtual_time = world.time.elapsed();
    for agent in &mut world.agents {
        if let Some(life) = agent.life.take() {
            life.kill();
        }
    }
    world.figures
}

impl World {
    fn new(seed: u64, agents: usize) -> Self {
        let chance = Arc::new(Chance::new(seed));
        let time = Time::new();
        let github = Github::new(Arc::clone(&chance), time.clock());
        github.state().faults = if chance.one_in(4) { 4 } else { 25 };
        let engine = Engine::new(Arc::clone(&chance));
        // In memory, where there is such a place: nothing here is about disks.
        let memory = PathBuf::from("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        let folder = folder.unwrap();
        let leases = (agents > 1).then(|| {
            let time = Arc::clone(&time);
            LeaseClock::new("shared", move || time.elapsed())
        });
        let agent = |number: usize| Agent {
            place: Place {
                name: format!("agent-{number}"),
                data: folder.path().join(format!("data-{number}")),
                database: Location::Sqlite(folder.path().join("agent.db")),
                time: Arc::clone(&time),
                github: Arc::clone(&github),
                engine: Arc::clone(&engine),
                leases: leases.clone(),
            },
            life: None,
            back: time.now(),
        };
        let mut world = Self {
            agents: (0..agents).map(agent).collect(),
            people: People::new(Arc::clone(&chance), Arc::clone(&github)),
            github,
            engine,
            figures: Figures::new(seed),
            chance,
            time,
            wild: false,
            _folder: folder,
        };
        world.set_up();
        world.wild = true;
        world
    }

    fn set_up(&mut self) {
        self.agents[0].life = Life::start(&self.agents[0].place, u64::MAX).ok();
        let life = self.agents[0].life.take().unwrap();
        let repository = Repository {
            id: RepositoryId(REPOSITORY),
            slug: SLUG.to_owned(),
            private: false,
            default_branch: "main".to_owned(),
            active: true,
            hook: Some(HOOK),
            settings: RepositorySettings::default(),
        };
        let store = life.store.clone();
        life.ask(async move {
            let put = store.put_repository(&repository, Timestamp::UNIX_EPOCH);
            put.await.unwrap();
        });
        life.kill();
    }

    /// Lets everybody live on for a while, no longer than until then.
    fn slice(&mut self, until: Instant) {
        let now = self.time.now();
        self.starts(now);
        let several = self.agents.len() > 1;
        let short = now + self.chance.millis(1, 1500);
        let mut next = if several { until.min(short) } else { until };
        for agent in self.agents.iter().filter(|agent| agent.life.is_none()) {
            next = next.min(agent.back.max(now + Duration::from_millis(1)));
        }
        let mut turn: Vec<usize> = (0..self.agents.len()).collect();
        if self.chance.one_in(2) {
            turn.reverse();
        }
        for at in turn {
            let Some(mut life) = self.agents[at].life.take() else {
                continue;
            };
            if life.frozen.is_some_and(|frozen| frozen > now) {
                self.agents[at].life = Some(life);
                continue;
            }
            match life.run(now, next) {
                Ok(()) => {
                    if let Some(end) = life.broke() {
                        self.figures
                            .wrong(format!("an agent ended by itself: {end}"));
                        life.kill();
                        self.died(at, next);
                    } else {
                        self.agents[at].life = Some(life);
                    }
                }
                Err(Killed(died)) => {
                    life.kill();
                    self.died(at, died);
                    if !several {
                        next = died.max(now);
                    }
                }
            }
        }
        self.time.set(next);
    }

    fn starts(&mut self, now: Instant) {
        for at in 0..self.agents.len() {
            let agent = &mut self.agents[at];
            if agent.life.is_some() || agent.back > now {
                continue;
            }
            let waits = match (self.wild, self.chance.one_in(2)) {
                (false, _) => u64::MAX,
                (true, true) => self.chance.range(1, 150),
                (true, false) => self.chance.range(1, 700),
            };
            match Life::start(&agent.place, waits) {
                Ok(life) => agent.life = Some(life),
                Err(Killed(died)) => self.died(at, died),
            }
        }
    }

    fn died(&mut self, at: usize, died: Instant) {
        self.figures.kills += 1;
        let away = match self.chance.range(0, 20) {
            0..10 => self.chance.millis(0, 300),
            10..17 => self.chance.millis(300, 8000),
            _ => self.chance.millis(8000, 90_000),
        };
        self.agents[at].back = died + away;
    }

    /// People act, or a process stands still for a while.
    fn happens(&mut self) {
        let now = self.time.now();
        let awake = |agent: &&mut Agent| {
            let life = agent.life.as_ref();
            life.is_some_and(|life| life.frozen.is_none())
        };
        let mut lives: Vec<&mut Agent> = self.agents.iter_mut().filter(awake).collect();
        let one = self.chance.range(0, lives.len() as u64);
        let mut life = match usize::try_from(one) {
            Ok(at) if at < lives.len() => lives.swap_remove(at).life.as_mut(),
            _ => None,
        };
        if let Some(life) = life.as_mut().filter(|_| self.chance.one_in(12)) {
            self.figures.freezes += 1;
            life.frozen = Some(now + self.chance.millis(5000, 150_000));
            return;
        }
        self.people.act(life.as_deref());
    }

    /// From now on nothing goes wrong any more.
    fn calm(&mut self) {
        self.wild = false;
        self.github.state().faults = 0;
        for agent in &mut self.agents {
            if let Some(life) = &mut agent.life {
                life.spare();
            }
            agent.back = agent.back.min(self.time.now());
        }
    }

    fn is_settled(&self) -> bool {
        let all = self.agents.iter().all(|agent| agent.life.is_some());
        let Some(life) = self.agents.first().and_then(|agent| agent.life.as_ref()) else {
            return false;
        };
        all && self.engine.fake.instances().is_empty() && check::is_settled(life, &self.people)
    }
}
