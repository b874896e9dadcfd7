//! [`KnownTimes`]: from when on commits count as known.

use super::GitError;
use super::repository::Reader;
use gix::ObjectId;
use glass_model::Timestamp;
use std::collections::HashMap;

/// Known times of the commits of one second; the walk goes by time, so that no other is needed for long.
#[derive(Default)]
pub(super) struct KnownTimes {
    second: i64,
    known: HashMap<ObjectId, Timestamp>,
}

impl KnownTimes {
    /// The committer's time; of commits made in the same second a child is known a moment after its parents, so that
    /// their order stays. Parents beyond a shallow clone's end do not count.
    pub fn of(&mut self, reader: &Reader, id: ObjectId, secs: i64) -> Result<Timestamp, GitError> {
        if secs != self.second {
            self.second = secs;
            self.known.clear();
        }
        // Not recursive: a second may hold any number of commits.
        let mut open = vec![(id, None)];
        while let Some((id, parents)) = open.pop() {
            if self.known.contains_key(&id) {
                continue;
            }
            let parents: Vec<ObjectId> = match parents {
                Some(parents) => parents,
                None => self.same_second_parents(reader, id)?,
            };
            let missing: Vec<ObjectId> = parents
                .iter()
                .copied()
                .filter(|parent| !self.known.contains_key(parent))
                .collect();
            if missing.is_empty() {
                let at = parents
                    .iter()
                    .filter_map(|parent| self.known.get(parent))
                    .map(|at| at.plus_nanos(1))
                    .fold(Timestamp::from_secs(secs), Timestamp::max);
                self.known.insert(id, at);
            } else {
                open.push((id, Some(parents)));
                open.extend(missing.into_iter().map(|parent| (parent, None)));
            }
        }
        Ok(self.known.get(&id).copied().unwrap_or(Timestamp::from_secs(secs)))
    }

    fn same_second_parents(&self, reader: &Reader, id: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let mut same = Vec::new();
        for parent in reader.parents(id)? {
            if reader.committed_at(parent)? == self.second {
                same.push(parent);
            }
        }
        Ok(same)
    }
}
