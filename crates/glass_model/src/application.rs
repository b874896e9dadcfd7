//! Applications: what a GitOps controller keeps in a cluster as a repository says.

use crate::Timestamp;

/// An application, as it was when it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// The project it belongs to.
    pub project: String,
    /// Where it is deployed: the cluster's name, else its address.
    pub cluster: String,
    /// Into which namespace; empty if not told.
    pub namespace: String,
    /// The repository it comes from.
    pub repository: String,
    /// The folder or chart in it.
    pub path: String,
    /// The branch, tag or commit that is followed.
    pub target_revision: String,
    /// The commit or version that is deployed; empty if none is.
    pub revision: String,
    /// Whether it is as the repository says: `Synced`, `OutOfSync`, `Unknown`.
    pub sync: String,
    /// How it is: `Healthy`, `Progressing`, `Degraded`, `Suspended`, `Missing`, `Unknown`.
    pub health: String,
    /// When it was deployed last.
    pub deployed_at: Option<Timestamp>,
}
