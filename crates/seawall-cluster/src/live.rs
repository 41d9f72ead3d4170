//! A live cluster straight into an inventory.

use std::io;

use seawall_sources::Intake;
use seawall_yaml::json::read_json_bytes;
use seawall_yaml::{Limits, Tree};

use crate::client::Client;
use crate::discovery::release_of;
use crate::list::Part;
use crate::read::{Options, Progress, Sink, block_on, read};
use crate::{Access, ClusterError, Documents, Summary};

/// Reads a cluster into the intake, with all that a snapshot of it would prove.
///
/// # Errors
/// When nothing can be read at all; kinds that are refused are in the summary, and refused in the inventory.
pub fn read_into(
    access: &Access,
    options: &Options,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ClusterError> {
    // Nothing is written that Ctrl-C could leave half done.
    block_on(
        async {
            let client = Client::open(access, options.silence).await?;
            let mut live = Live { intake, line: 1 };
            let (header, mut summary) = read(&client, options, &mut live, progress).await?;
            let (tree, _) = read_json_bytes(header.as_bytes(), &Limits::default());
            if let Some(tree) = &tree {
                live.intake.header(tree.root());
            }
            if options.documents {
                let version = tree.as_ref().and_then(|tree| {
                    let version = tree.root().get("serverVersion")?;
                    release_of(version.str("major")?, version.str("minor")?)
                });
                let mut documents = Documents::default();
                documents.refresh(&client, &options.patience, version).await;
                documents.trees().for_each(|tree| live.intake.api_document(tree));
                summary.refused.extend(documents.refused().iter().cloned());
            }
            Ok(summary)
        },
        false,
    )
}

struct Live<'a, 'i> {
    intake: &'a mut Intake<'i>,
    /// The line that the last object would have in a snapshot, whose first line is the header.
    line: u32,
}

impl Sink for Live<'_, '_> {
    type Part = Trees;

    fn part(&self) -> io::Result<Trees> {
        Ok(Trees::default())
    }

    fn accept(&mut self, part: Trees) -> io::Result<()> {
        for tree in part.0 {
            self.line = self.line.saturating_add(1);
            self.intake.object(tree, self.line);
        }
        Ok(())
    }
}

#[derive(Default)]
struct Trees(Vec<Tree>);

impl Part for Trees {
    fn push(&mut self, tree: Tree) -> io::Result<()> {
        self.0.push(tree);
        Ok(())
    }

    fn restart(&mut self) -> io::Result<()> {
        self.0.clear();
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}
