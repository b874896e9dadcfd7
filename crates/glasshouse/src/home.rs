//! [`Home`]: what can be opened from inside the program: the incidents that come with it, and live clouds.

use crate::bundled::{BUNDLED, Bundled};
use crate::open;
use glass_driver::{Opened, Opener, TellClouds, now, open_at_first_alert};
use glass_model::{CloudKind, CloudSummary};
use glass_query::Evaluator;
use glass_recording::Recording;
use std::sync::Arc;

/// What can be opened.
pub(crate) struct Home;

impl Opener for Home {
    fn open(&self, id: &str) -> Result<Opened, String> {
        let evaluator = open::evaluator(Some(id)).map_err(|error| format!("{error:#}"))?;
        Ok(opened(evaluator))
    }

    fn check(&self, tell: &TellClouds<'_>) {
        tell(now(), BUNDLED.iter().map(recording).collect());
    }
}

/// A recording, as it is opened.
pub(crate) fn opened(evaluator: Evaluator<Recording>) -> Opened {
    let mut info = evaluator.source().info();
    open_at_first_alert(&mut info, evaluator.source());
    let evaluator = Arc::new(evaluator);
    Opened {
        info,
        backend: evaluator.clone(),
        navigator: Some(evaluator),
    }
}

fn recording(bundled: &Bundled) -> CloudSummary {
    let opened = Recording::from_bytes(bundled.name, bundled.bytes);
    CloudSummary {
        id: bundled.name.to_owned(),
        name: bundled.name.to_owned(),
        operator: opened
            .map(|recording| recording.info().summary)
            .unwrap_or_default(),
        kind: CloudKind::Recording,
        basis: "comes with the program".to_owned(),
        sites: Vec::new(),
        sources: Vec::new(),
        n_firing: None,
        n_incidents: None,
        asked_at: None,
    }
}
