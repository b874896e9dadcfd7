//! [`Memory`]: what is to be known at the next start: where each recording was left, and what was typed.

use crate::{Look, MarkedMoment, Screen};
use glass_model::{RecordingInfo, Story, Timestamp};

/// How many recordings and clouds are remembered, those used last.
const MAX_SESSIONS: usize = 100;

/// How many of the texts typed last are remembered, of each kind.
const MAX_TYPED: usize = 100;

/// Where a recording or a cloud was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub name: String,
    /// Its first moment, which tells recordings of one name apart; `None` for a live cloud.
    pub start: Option<Timestamp>,
    /// The screen.
    pub screen: Screen,
    /// The playhead; a live cloud is opened as it is now.
    pub at: Timestamp,
    /// Where the shown window began.
    pub from: Timestamp,
    /// How long it was.
    pub window_nanos: i64,
    /// What each screen was set to, of those that were set to anything.
    pub screens: Vec<ScreenLeft>,
    /// What the user marked.
    pub marks: Vec<MarkedMoment>,
    /// The story, if what it is of cannot hold it.
    pub story: Option<Story>,
    /// How a window shared its room among screens, in the window's own words; empty if it was never shown in one.
    pub layout: String,
}

/// What a screen was set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenLeft {
    /// Which one.
    pub screen: Screen,
    /// Its filter; empty for none.
    pub filter: String,
    /// Its query; empty for none.
    pub query: String,
    /// What else its view was made of.
    pub look: Look,
}

/// What is to be known at the next start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Recordings and clouds, the one used last at the end.
    pub sessions: Vec<Session>,
    /// What was typed into the palette, the latest last.
    pub commands: Vec<String>,
    /// Queries in PromQL and in LogQL, the latest last.
    pub queries: [Vec<String>; 2],
    /// How large the window shows everything, in percent, if the user changed it.
    pub scale_percent: Option<u16>,
}

impl Memory {
    /// Whether nothing is known of any start before.
    pub fn is_new(&self) -> bool {
        self.sessions.is_empty()
    }
}

impl Session {
    /// Whether both are of the same thing.
    fn is_as(&self, other: &Self) -> bool {
        (&self.name, self.start) == (&other.name, other.start)
    }

    /// Whether it is of what was opened.
    pub(crate) fn is_of(&self, info: &RecordingInfo) -> bool {
        self.name == info.name && self.start == start_of(info)
    }
}

/// What tells recordings of one name apart.
pub(crate) fn start_of(info: &RecordingInfo) -> Option<Timestamp> {
    (!info.is_live).then_some(info.extent.start)
}

impl Memory {
    /// Takes in what another application of the same program knows. Its own session, the last one, is news; what it
    /// remembers of others is as old as its start, and counts for those alone that are not known here.
    pub fn take_in(&mut self, mut other: Self) {
        let own = other.sessions.pop();
        let mut older: Vec<Session> = other.sessions;
        older.retain(|session| !self.knows(session) && own.as_ref().is_none_or(|own| !own.is_as(session)));
        self.sessions.splice(..0, older);
        if let Some(own) = own {
            self.note(own);
        }
        let texts = [(&mut self.commands, other.commands)];
        let [promql, logql] = &mut self.queries;
        let [more_promql, more_logql] = other.queries;
        for (own, more) in texts
            .into_iter()
            .chain([(promql, more_promql), (logql, more_logql)])
        {
            own.retain(|text| !more.contains(text));
            own.extend(more);
        }
        self.bound();
    }

    fn knows(&self, session: &Session) -> bool {
        self.sessions.iter().any(|known| known.is_as(session))
    }

    /// Takes in where something was left, in the place of what was known of it.
    pub(crate) fn note(&mut self, session: Session) {
        self.sessions.retain(|known| !known.is_as(&session));
        self.sessions.push(session);
        self.bound();
    }

    /// Forgets the oldest of what is too much.
    pub(crate) fn bound(&mut self) {
        keep_last(&mut self.sessions, MAX_SESSIONS);
        keep_last(&mut self.commands, MAX_TYPED);
        self.queries
            .iter_mut()
            .for_each(|queries| keep_last(queries, MAX_TYPED));
    }
}

fn keep_last<T>(list: &mut Vec<T>, most: usize) {
    let excess = list.len().saturating_sub(most);
    list.drain(..excess);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(name: &str, at: i64) -> Session {
        Session {
            name: name.to_owned(),
            start: None,
            screen: Screen::Logs,
            at: Timestamp::from_secs(at),
            from: Timestamp::MIN,
            window_nanos: 1,
            screens: Vec::new(),
            marks: Vec::new(),
            story: None,
            layout: String::new(),
        }
    }

    #[test]
    fn what_an_application_remembers_of_another_is_older_than_what_that_one_knows() {
        let of = |sessions: Vec<Session>| Memory {
            sessions,
            ..Memory::default()
        };
        let mut memory = Memory::default();
        memory.take_in(of(vec![session("c", 1), session("b", 1), session("a", 9)]));
        memory.take_in(of(vec![session("c", 1), session("a", 1), session("b", 9)]));
        let found = memory
            .sessions
            .iter()
            .map(|one| (one.name.as_str(), one.at.millis() / 1000));
        assert_eq!(found.collect::<Vec<_>>(), [("c", 1), ("a", 9), ("b", 9)]);
    }

    #[test]
    fn the_oldest_are_forgotten_and_none_is_known_twice() {
        let mut memory = Memory::default();
        (0..150).for_each(|i| memory.note(session(&i.to_string(), 0)));
        memory.note(session("120", 7));
        assert_eq!(memory.sessions.len(), MAX_SESSIONS);
        assert_eq!(memory.sessions.last(), Some(&session("120", 7)));
        assert_eq!(
            memory.sessions.iter().filter(|known| known.name == "120").count(),
            1
        );
        assert!(memory.sessions.iter().all(|known| known.name != "3"));
    }
}
