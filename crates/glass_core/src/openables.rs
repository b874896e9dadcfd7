//! What can be opened, beside the screens: for a front-end that has room for it.

use crate::screens::clouds;
use crate::{Openable, OpenableKind, words};
use glass_model::{CloudKind, CloudSummary};

/// More than these are found on the clouds screen.
const MAX_OPENABLES: usize = 200;
/// Sites of one cloud that are named.
const MAX_SITES: usize = 12;

/// Recordings first, then clouds that can be read.
pub(crate) fn openables(all: &[CloudSummary]) -> Vec<Openable> {
    let mut places: Vec<_> = all
        .iter()
        .filter(|cloud| clouds::can_be_opened(cloud))
        .map(openable)
        .collect();
    places.sort_by_key(|place| place.kind != OpenableKind::Recording);
    places.truncate(MAX_OPENABLES);
    places
}

fn openable(cloud: &CloudSummary) -> Openable {
    let (sign, role) = clouds::standing(cloud);
    let sites = cloud.sites.iter().take(MAX_SITES);
    Openable {
        id: cloud.id.clone(),
        name: words::visible(&cloud.name),
        kind: match cloud.kind {
            CloudKind::Recording => OpenableKind::Recording,
            CloudKind::Live | CloudKind::Demo | CloudKind::Retired => OpenableKind::Cloud,
        },
        sign: sign.to_owned(),
        role,
        about: words::visible(&cloud.operator),
        sites: sites.map(|site| words::visible(site)).collect(),
    }
}
