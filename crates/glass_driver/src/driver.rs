//! [`Driver`]: worker threads between the core and its backends.

use crate::clock::{self, Clock};
use crate::files;
use crate::finder::Names;
use crate::opener::{Opened, Opener};
use crate::queue::{Job, Queue};
use glass_core::{Answered, Effect, Event, Runner};
use glass_model::{Answer, Ask, Backend, QueryError, Question, RecordingInfo, Story};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Threads that ask: servers answer slowly, and a slow one must not keep the others waiting.
const N_WORKERS: usize = 8;

/// Takes events for the core, from any thread.
pub type Deliver = Arc<dyn Fn(Event) + Send + Sync>;

/// What the workers share.
struct Shared {
    queue: Queue,
    /// What is open.
    opened: Mutex<Opened>,
    /// Ticks while what is open is live.
    clock: Mutex<Option<Clock>>,
    /// What has a name in what is open.
    names: Names,
    opener: Option<Arc<dyn Opener>>,
    /// Whether the clouds are being asked how they stand.
    is_checking: AtomicBool,
    /// The story that waits to be kept; the lock is held while one is.
    story: Mutex<Option<Story>>,
    deliver: Deliver,
}

/// Asks backends on threads of its own. Dropping it drops what waits; a question under way ends unheard.
pub struct Driver {
    shared: Arc<Shared>,
}

impl Driver {
    /// Starts the threads. Without an opener nothing else can be opened.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(opened: Opened, opener: Option<Arc<dyn Opener>>, deliver: Deliver) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Queue::default(),
            opened: Mutex::new(opened.clone()),
            clock: Mutex::new(None),
            names: Names::default(),
            opener,
            is_checking: AtomicBool::new(false),
            story: Mutex::new(None),
            deliver,
        });
        shared.keep_time(opened.info.is_live)?;
        for i in 0..N_WORKERS {
            let shared = shared.clone();
            thread::Builder::new().name(format!("asks-{i}")).spawn(move || {
                while let Some(job) = shared.queue.pop() {
                    let is_search = job.is_search();
                    let event = shared.run(job);
                    if is_search {
                        shared.queue.search_ended();
                    }
                    (shared.deliver)(event);
                }
            })?;
        }
        Ok(Self { shared })
    }
}

impl Runner for Driver {
    fn start(&mut self, effect: Effect) {
        match effect {
            Effect::Ask {
                slot,
                version,
                question,
            } => self.shared.queue.push(Job::Ask {
                slot,
                version,
                question,
            }),
            Effect::Jump(jump) => self.shared.queue.push(Job::Jump(jump)),
            Effect::Open(id) => self.shared.queue.push(Job::Open(id)),
            Effect::CheckClouds => Shared::check_clouds(&self.shared),
            Effect::ListClouds => self.shared.queue.push(Job::ListClouds),
            Effect::KeepStory(story) => {
                *self.shared.story.lock().unwrap_or_else(PoisonError::into_inner) = Some(story);
                self.shared.queue.push(Job::KeepStory);
            }
            Effect::Write {
                path,
                bytes,
                replaces,
            } => self.shared.queue.push(Job::Write {
                path,
                bytes,
                replaces,
            }),
            Effect::Copy(_)
            | Effect::CopyImage
            | Effect::Export(_)
            | Effect::ExportStory(_)
            | Effect::ToggleMouse
            | Effect::Arrange(_)
            | Effect::Suspend
            | Effect::Quit => {}
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

impl Shared {
    fn run(&self, job: Job) -> Event {
        match job {
            Job::Ask {
                slot,
                version,
                question,
            } => {
                let backend = self.opened().backend;
                let result = ask(&*backend, &self.names, &question);
                Event::Answered(Box::new(Answered {
                    slot,
                    version,
                    question,
                    result,
                }))
            }
            Job::Jump(jump) => {
                let navigator = self.opened().navigator;
                let result = guarded(|| navigator.map_or(Ok(None), |navigator| navigator.jump(jump)));
                Event::Jumped { jump, result }
            }
            Job::Open(id) => Event::Opened(self.open(&id).map(Box::new)),
            Job::KeepStory => self.keep_story(),
            Job::Write {
                path,
                bytes,
                replaces,
            } => {
                let result = files::write(&path, &bytes, replaces);
                Event::Written { path, result }
            }
            Job::ListClouds => {
                let list = || self.opener.as_ref().map(|opener| opener.list());
                let listed = catch_unwind(AssertUnwindSafe(list)).ok().flatten();
                Event::Clouds {
                    at: clock::now(),
                    clouds: listed.unwrap_or_default(),
                }
            }
        }
    }

    /// Keeps the latest story that waits, one after the other.
    fn keep_story(&self) -> Event {
        let mut waiting = self.story.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(story) = waiting.take() else {
            return Event::Tick(0);
        };
        let Some(keep) = self.opened().keep_story else {
            return Event::StoryKept(Err(String::new()));
        };
        let kept = catch_unwind(AssertUnwindSafe(|| keep(&story)));
        Event::StoryKept(kept.unwrap_or_else(|_| Err(FAULT.into())))
    }

    fn opened(&self) -> Opened {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts something in the place of what is open.
    fn open(&self, id: &str) -> Result<RecordingInfo, String> {
        let opener = self.opener.as_ref().ok_or("nothing else can be opened here")?;
        let opening = AssertUnwindSafe(|| opener.open(id));
        let opened = catch_unwind(opening).unwrap_or_else(|_| Err(FAULT.into()))?;
        let info = opened.info.clone();
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = opened;
        self.names.forget();
        self.keep_time(info.is_live).map_err(|error| error.to_string())?;
        Ok(info)
    }

    /// Starts or stops the clock.
    fn keep_time(&self, is_live: bool) -> std::io::Result<()> {
        let clock = is_live.then(|| Clock::start(self.deliver.clone())).transpose()?;
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = clock;
        Ok(())
    }

    /// Asks all clouds on a thread of its own; once at a time.
    fn check_clouds(shared: &Arc<Self>) {
        let Some(opener) = shared.opener.clone() else {
            return (shared.deliver)(Event::Clouds {
                at: clock::now(),
                clouds: Vec::new(),
            });
        };
        if shared.is_checking.swap(true, Ordering::SeqCst) {
            return;
        }
        let work = shared.clone();
        let check = move || {
            let tell = |at, clouds| (work.deliver)(Event::Clouds { at, clouds });
            // A fault leaves the list as far as it came.
            let _ = catch_unwind(AssertUnwindSafe(|| opener.check(&tell)));
            work.is_checking.store(false, Ordering::SeqCst);
        };
        if thread::Builder::new().name("clouds".into()).spawn(check).is_err() {
            shared.is_checking.store(false, Ordering::SeqCst);
        }
    }
}

/// What is said of a fault of ours.
const FAULT: &str = "a fault in the program; please report it";

/// Asks, and turns a panic of the backend into an error: a fault is a message on screen, never a crash.
pub(crate) fn ask(backend: &dyn Backend, names: &Names, question: &Question) -> Result<Answer, QueryError> {
    guarded(|| match &question.ask {
        Ask::Find(ask) => Ok(names.find(backend, question.as_of, ask)),
        _ => backend.answer(question),
    })
}

fn guarded<T>(ask: impl FnOnce() -> Result<T, QueryError>) -> Result<T, QueryError> {
    let failed = || Err(QueryError::Damaged(FAULT.into()));
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(|_| failed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TellClouds;
    use glass_core::Slot;
    use glass_model::{TimeRange, Timestamp};
    use std::sync::mpsc;

    struct Panics;

    impl Backend for Panics {
        fn answer(&self, _: &Question) -> Result<Answer, QueryError> {
            panic!("on purpose")
        }
    }

    impl Opener for Panics {
        fn open(&self, id: &str) -> Result<Opened, String> {
            match id {
                "live" => Ok(opened(true)),
                _ => panic!("on purpose"),
            }
        }

        fn list(&self) -> Vec<glass_model::CloudSummary> {
            panic!("on purpose")
        }

        fn check(&self, tell: &TellClouds<'_>) {
            tell(Timestamp::from_secs(7), Vec::new());
            panic!("on purpose")
        }
    }

    fn opened(is_live: bool) -> Opened {
        Opened {
            info: RecordingInfo {
                name: "test".into(),
                is_live,
                summary: String::new(),
                cloud: String::new(),
                extent: TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(9)),
                known_until: Timestamp::from_secs(9),
                open_at: None,
                panels: Vec::new(),
                story: Story::default(),
                warnings: Vec::new(),
            },
            backend: Arc::new(Panics),
            navigator: None,
            keep_story: None,
        }
    }

    fn driver() -> (Driver, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel();
        let deliver: Deliver = Arc::new(move |event| drop(sender.send(event)));
        let driver = Driver::new(opened(false), Some(Arc::new(Panics)), deliver);
        (driver.unwrap(), receiver)
    }

    #[test]
    fn a_fault_of_a_backend_is_an_error_and_the_thread_goes_on() {
        let (mut driver, receiver) = driver();
        for version in 0..2 * N_WORKERS as u64 {
            let question = Question {
                as_of: Timestamp::from_secs(1),
                ask: Ask::Alerts,
            };
            driver.start(Effect::Ask {
                slot: Slot::Alerts,
                version,
                question,
            });
            let Ok(Event::Answered(answered)) = receiver.recv() else {
                panic!("no answer")
            };
            assert!(matches!(answered.result, Err(QueryError::Damaged(_))));
        }
    }

    #[test]
    fn a_fault_while_opening_leaves_what_is_open_and_a_live_cloud_brings_a_clock() {
        let (mut driver, receiver) = driver();
        driver.start(Effect::Open("x".into()));
        assert!(matches!(receiver.recv(), Ok(Event::Opened(Err(_)))));
        driver.start(Effect::CheckClouds);
        assert!(matches!(receiver.recv(), Ok(Event::Clouds { .. })));
        driver.start(Effect::Open("live".into()));
        assert!(matches!(receiver.recv(), Ok(Event::Opened(Ok(_)))));
        assert!(matches!(receiver.recv(), Ok(Event::Clock(_))));
    }
}
