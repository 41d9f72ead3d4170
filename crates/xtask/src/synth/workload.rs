//! The workloads of an application.

use super::app::{App, Shape, head};
use super::pod;
use super::random::Random;
use super::words::REMARKS;
use super::yaml::{Map, Node};

/// Each with the name of its file.
pub(super) fn workloads(random: &mut Random, app: &App) -> Vec<(&'static str, Map)> {
    match app.shape {
        Shape::Web | Shape::Worker | Shape::Operator => vec![("deployment", deployment(random, app))],
        Shape::Store => vec![("statefulset", stateful_set(random, app))],
        Shape::Agent => vec![("daemonset", daemon_set(random, app))],
        Shape::Batch => {
            let mut out = vec![("cronjob", cron_job(random, app))];
            if random.chance(500) {
                out.push(("job", job(random, app)));
            }
            out
        }
    }
}

fn selector(app: &App) -> Map {
    Map::new().with("matchLabels", app.selector())
}

fn deployment(random: &mut Random, app: &App) -> Map {
    let rolling = Map::new().with("maxSurge", "25%").with("maxUnavailable", 0);
    let strategy = Map::new().with("type", "RollingUpdate").with("rollingUpdate", rolling);
    // A few people share labels by an anchor.
    let shared = random.chance(15);
    let (selected, labels) = match shared {
        true => (Node::Anchor("labels", Box::new(app.selector().into())), Node::Alias("labels")),
        false => (app.selector().into(), app.labels().into()),
    };
    let spec = Map::new()
        .when(random.chance(800), "replicas", || random.int(1, 6).into())
        .remark(random.chance(80).then(|| random.pick(REMARKS)))
        .when(random.chance(250), "revisionHistoryLimit", || random.int(1, 5).into())
        .when(random.chance(250), "strategy", || strategy.into())
        .with("selector", Map::new().with("matchLabels", selected))
        .with("template", pod::template(random, app, labels, None));
    head("apps/v1", "Deployment", app.metadata("")).with("spec", spec)
}

fn stateful_set(random: &mut Random, app: &App) -> Map {
    let spec = Map::new()
        .with("serviceName", format!("{}-headless", app.name))
        .with("replicas", random.int(1, 5))
        .when(random.chance(300), "podManagementPolicy", || "Parallel".into())
        .with("selector", selector(app))
        .with("template", pod::template(random, app, app.labels().into(), None))
        .with("volumeClaimTemplates", vec![pod::claim(random)]);
    head("apps/v1", "StatefulSet", app.metadata("")).with("spec", spec)
}

fn daemon_set(random: &mut Random, app: &App) -> Map {
    let rolling = Map::new().with("maxUnavailable", "10%");
    let strategy = Map::new().with("type", "RollingUpdate").with("rollingUpdate", rolling);
    let spec = Map::new()
        .with("selector", selector(app))
        .when(random.chance(400), "updateStrategy", || strategy.into())
        .with("template", pod::template(random, app, app.labels().into(), None));
    head("apps/v1", "DaemonSet", app.metadata("")).with("spec", spec)
}

fn job_spec(random: &mut Random, app: &App) -> Map {
    let restart = if random.chance(600) { "Never" } else { "OnFailure" };
    Map::new()
        .when(random.chance(600), "backoffLimit", || random.int(0, 6).into())
        .when(random.chance(300), "ttlSecondsAfterFinished", || random.int(60, 86_400).into())
        .with("template", pod::template(random, app, app.labels().into(), Some(restart)))
}

fn cron_job(random: &mut Random, app: &App) -> Map {
    let schedule = random.pick(&["0 3 * * *", "*/15 * * * *", "30 1 * * 0", "@hourly", "5 4 1 * *"]);
    let spec = Map::new()
        .with("schedule", schedule)
        .when(random.chance(500), "concurrencyPolicy", || "Forbid".into())
        .when(random.chance(300), "successfulJobsHistoryLimit", || random.int(1, 5).into())
        .with("jobTemplate", Map::new().with("spec", job_spec(random, app)));
    head("batch/v1", "CronJob", app.metadata("")).with("spec", spec)
}

fn job(random: &mut Random, app: &App) -> Map {
    head("batch/v1", "Job", app.metadata("-migrate")).with("spec", job_spec(random, app))
}
