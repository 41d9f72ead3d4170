//! `seawall network map`

use clap::{Args, ValueEnum};
use seawall_network::exposure::entry_points;
use seawall_network::map::{MAX_CLASSES, build, dot, html, svg};
use seawall_network::{Network, Profile};

use crate::ExitStatus;
use crate::commands::targets::TargetArgs;
use crate::output;

#[derive(Debug, Args)]
pub(super) struct MapArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Svg, value_name = "FORMAT")]
    output: Format,
    /// Draw these namespaces and what they are joined with; may be repeated
    #[arg(short, long, value_name = "NAMESPACE")]
    namespace: Vec<String>,
    /// The title of the picture
    #[arg(long, default_value = "Who can reach whom", value_name = "TEXT")]
    title: String,
    /// The network plugin, for what the API leaves undefined; else the one whose own policies are here, or `strict-spec`
    #[arg(long, value_parser = super::profile, value_name = "PLUGIN")]
    cni: Option<Profile>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A picture
    Svg,
    /// A page with the picture, on which workloads can be looked for and chosen
    Html,
    /// For Graphviz
    Dot,
}

pub(super) fn run(args: &MapArgs) -> anyhow::Result<ExitStatus> {
    let loaded = args.target.load()?;
    let inventory = &loaded.inventory;
    let (network, problems) = Network::build(inventory, args.cni);
    if !args.target.quiet {
        problems.iter().for_each(output::problem);
    }
    let classes = network.class_ids().count();
    anyhow::ensure!(
        classes <= MAX_CLASSES,
        "too much to draw: {classes} groups of pods that policies can tell apart, and {MAX_CLASSES} at most can be drawn"
    );
    let mut map = build(&network, inventory, &entry_points(inventory));
    if !args.namespace.is_empty() {
        map = map.around(&args.namespace);
        anyhow::ensure!(!map.cards.is_empty(), "no workload is in the given namespaces");
    }
    let text = match args.output {
        Format::Svg => svg(&map, &args.title),
        Format::Html => html(&map, &args.title),
        Format::Dot => dot(&map, &args.title),
    };
    crate::commands::print(text.as_bytes())
}
