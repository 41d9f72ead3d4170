//! What a real server says of its types, against the types that are known of its release.

use std::collections::BTreeSet;

use seawall_cluster::{Documents, Options, Watch};
use seawall_schema::{Form, Schema, Schemas};

use super::Cluster;

/// All types below those of kinds that have a name, with their fields.
fn fields(schemas: &Schemas) -> BTreeSet<String> {
    let mut open: Vec<Schema<'_>> =
        schemas.kinds().filter_map(|(group, version, kind)| schemas.of(group, version, kind)).collect();
    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    while let Some(schema) = open.pop() {
        match schema.form() {
            Form::Scalar(_) => {}
            Form::List(below) | Form::Map(below) => open.push(below),
            Form::Struct if !schema.name().is_empty() && seen.insert(schema.name().to_owned()) => {
                for field in schema.fields() {
                    found.insert(format!("{} {}", schema.name(), field.name));
                    open.push(field.schema);
                }
            }
            Form::Struct => {}
        }
    }
    found
}

#[test]
fn the_documents_of_a_server_of_the_same_release_change_no_type() {
    let Some(cluster) = Cluster::from_env() else { return };
    let (documents, version) = cluster.runtime.block_on(async {
        let watch = Watch::open(&cluster.access(), Options::default()).await.unwrap();
        let version = watch.server_version().await.unwrap();
        let mut documents = Documents::default();
        // As if it were of a release that nothing is known of, so that it is asked for everything.
        assert!(watch.describe(&mut documents, Some((0, 0))).await);
        (documents, version)
    });
    assert_eq!(documents.refused(), []);
    let builtin = Schemas::builtin();
    let mut schemas = Schemas::builtin();
    for document in documents.trees() {
        assert_eq!(schemas.add_openapi(document.root()), []);
    }
    assert!(documents.trees().count() > 15);
    let (major, minor) = version.unwrap();
    if format!("{major}.{minor}") == builtin.release() {
        assert_eq!(fields(&schemas), fields(&builtin));
    }
}

#[test]
fn everybody_may_read_them() {
    let Some(cluster) = Cluster::from_env() else { return };
    let access = cluster.access_as("seawall-e2e-nobody");
    let documents = cluster.runtime.block_on(async {
        let watch = Watch::open(&access, Options::default()).await.unwrap();
        let mut documents = Documents::default();
        watch.describe(&mut documents, Some((0, 0))).await;
        documents
    });
    assert_eq!(documents.refused(), []);
}
