//! The cheapest set of changes, what each is worth, and how often each right was really used.

use std::collections::{BTreeMap, BTreeSet};

use seawall_events::format_micros;
use seawall_rbac::usage::{Requests, Usage, Use};
use seawall_rbac::{BindingId, Request, RoleId, Subject};
use serde::Serialize;

use crate::Primitive;
use crate::ask::{Filter, Unknown};
use crate::graph::Evidence;
use crate::model::Model;
use crate::names::Name;
use crate::numbers::{NumberMap, NumberSet};
use crate::search::{
    Element, Prices, Search, ThroughAdmin, Without, dominators, element_of, minimum_cut, survivors,
};
use crate::vertex::Vertex;
use crate::words;

/// What an audit log says of the use of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "known", rename_all = "kebab-case")]
pub enum Pricing {
    /// No log was given.
    NoLog,
    /// A log does not tell: a field of a container, a connection, a label.
    NotLogged,
    /// It was not used in the time of the log.
    Unused,
    /// It was used.
    Used {
        /// Authorized requests that it allows.
        count: u64,
        /// Those that nothing else allows.
        needed: u64,
        /// When the last was made.
        last: Option<String>,
        /// Who made it.
        by: String,
    },
}

/// The time of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first event.
    pub first: String,
    /// The last one.
    pub last: String,
    /// How long it is, in microseconds.
    pub micros: i64,
    /// How many events it holds.
    pub events: u64,
}

/// One change of a cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The object to change.
    pub object: String,
    /// The field.
    pub route: String,
    /// What to do.
    pub what: String,
    /// How many starts it severs alone.
    pub severs: usize,
    /// How many starts stay connected when only this is changed.
    pub survive: usize,
    /// What it costs, in points.
    pub price: u64,
    /// How often it was really used.
    #[serde(rename = "use", skip_serializing_if = "no_log")]
    pub pricing: Pricing,
}

fn no_log(pricing: &Pricing) -> bool {
    *pricing == Pricing::NoLog
}

/// The cheapest set of changes for one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CutReport {
    /// The sinks asked about.
    pub sinks: Vec<String>,
    /// How many starts reach one of them.
    pub starts: usize,
    /// The changes, the one that severs most first.
    pub changes: Vec<Change>,
    /// Starts that stay connected by what cannot be taken away.
    pub uncut: Vec<String>,
    /// What every path to each sink goes through.
    pub dominators: BTreeMap<String, Vec<String>>,
    /// The time of the log that prices come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Window>,
}

/// What a right that is in use costs beside its kind: as much as another, and more with every doubling of its use.
const IN_USE: u64 = 10;
const DOUBLED: u64 = 5;
/// What a right costs that is used, but that others give as well.
const SPARE: u64 = 2;

/// The use of the things that can be taken away.
pub(crate) struct UsePrices<'m> {
    model: &'m Model,
    usage: Usage,
    /// Whose token a pod holds, by the field that says so.
    tokens: NumberMap<Evidence, Subject>,
}

impl<'m> UsePrices<'m> {
    pub(crate) fn new(model: &'m Model, requests: &Requests) -> Self {
        let made = model.made();
        let account = |id: u32| match made.graph.vertex(id) {
            Vertex::Account { namespace, name } => {
                Some(Subject::service_account(made.names.text(namespace), made.names.text(name)))
            }
            _ => None,
        };
        let tokens = made.graph.edges().map(|(_, edge)| edge);
        let tokens = tokens.filter(|edge| edge.primitive == Primitive::C09);
        let tokens =
            tokens.filter_map(|edge| Some((made.graph.evidence(edge)?, account(edge.to)?))).collect();
        UsePrices { model, usage: Usage::of(&model.rbac, requests), tokens }
    }

    /// The use of a thing; the outer `None` says that a log does not tell.
    pub(crate) fn of(&self, element: Element) -> Option<Option<&Use>> {
        let tables = &self.model.made().tables;
        match element {
            Element::Binding(vertex) => match self.model.made().graph.vertex(vertex) {
                Vertex::Binding(number) => {
                    let binding: BindingId = *tables.bindings.get(number as usize)?;
                    Some(self.usage.of_binding(binding))
                }
                _ => None,
            },
            Element::Rule(role, rule) => {
                let role: RoleId = *tables.roles.get(role as usize)?;
                Some(self.usage.of_rule(role, rule))
            }
            Element::Field(Primitive::C09, evidence) => {
                Some(self.usage.of_subject(self.tokens.get(&evidence)?))
            }
            Element::Field(..) | Element::Label(_) => None,
        }
    }

    fn price(&self, element: Element) -> u64 {
        match self.of(element).flatten() {
            None => 0,
            Some(used) if used.needed == 0 => SPARE,
            Some(used) => IN_USE + DOUBLED * u64::from(u64::BITS - used.needed.leading_zeros()),
        }
    }

    fn pricing(&self, element: Element) -> Pricing {
        match self.of(element) {
            None => Pricing::NotLogged,
            Some(None) => Pricing::Unused,
            Some(Some(used)) => Pricing::Used {
                count: used.count,
                needed: used.needed,
                last: used.last.map(format_micros),
                by: used.by.clone(),
            },
        }
    }

    pub(crate) fn usage(&self) -> &Usage {
        &self.usage
    }
}

/// The time of a log, when its events say when they were.
pub(crate) fn window(requests: &Requests) -> Option<Window> {
    let (first, last) = requests.window?;
    Some(Window {
        first: format_micros(first),
        last: format_micros(last),
        micros: last.saturating_sub(first),
        events: requests.events,
    })
}

impl Model {
    /// The cheapest set of changes that severs every plain path of the filter, verified by searching without it. Where
    /// the requests of an audit log are given, rights that were used cost more than others.
    ///
    /// # Errors
    /// When the filter names something that is not there.
    pub fn cut(&self, filter: &Filter, requests: Option<&Requests>) -> Result<CutReport, Unknown> {
        let made = self.made();
        let graph = &made.graph;
        let sinks = self.sinks(&filter.to)?;
        let found = self.found(filter)?;
        let real = found.iter().filter(|found| !found.expected && !found.attenuated);
        let starts: BTreeSet<u32> = real.flat_map(|found| found.starts.iter().copied()).collect();
        let starts: Vec<u32> = starts.into_iter().collect();
        let by_use = requests.map(|requests| UsePrices::new(self, requests));
        let used = |element: Element| by_use.as_ref().map_or(0, |prices| prices.price(element));
        let levels = self.levels_that_stay();
        let prices = Prices { defaults: &made.tables.defaults, levels: &levels, used: &used };
        let cut = minimum_cut(graph, &prices, &starts, &sinks);
        // Several elements may be one change: rules that one part gives to several roles.
        let mut places: BTreeMap<(String, String, String), Vec<Element>> = BTreeMap::new();
        for element in cut.elements {
            places.entry(self.place_of(element)).or_default().push(element);
        }
        let change = |((object, route, what), elements): ((String, String, String), Vec<Element>)| {
            let survive = survivors(graph, &elements, &starts, &sinks).len();
            let first = elements.first().copied();
            let pricing = first.zip(by_use.as_ref()).map(|(first, prices)| prices.pricing(first));
            let price = elements.iter().map(|element| prices.of(*element)).max().unwrap_or(0);
            let severs = starts.len().saturating_sub(survive);
            Change { object, route, what, severs, survive, price, pricing: pricing.unwrap_or(Pricing::NoLog) }
        };
        let mut changes: Vec<Change> = places.into_iter().map(change).collect();
        changes.sort_by(|a, b| (b.severs, &a.object, &a.route).cmp(&(a.severs, &b.object, &b.route)));
        Ok(CutReport {
            sinks: sinks.iter().map(|sink| made.word(*sink)).collect(),
            starts: starts.len(),
            changes,
            uncut: cut.uncut.iter().map(|start| made.word(*start)).collect(),
            dominators: self.dominated(&starts, &sinks),
            observed: requests.and_then(window),
        })
    }

    /// Namespaces whose Pod Security level nobody takes off again (A35) who does not hold the whole cluster anyway.
    fn levels_that_stay(&self) -> NumberSet<Name> {
        let made = self.made();
        let of_edge = |edge| match element_of(&made.graph, edge)? {
            Element::Label(namespace) => Some(namespace),
            _ => None,
        };
        let namespaces: NumberSet<Name> = made.graph.edges().filter_map(|(_, edge)| of_edge(edge)).collect();
        if namespaces.is_empty() {
            return namespaces;
        }
        let everything = self.rbac.who_can(&Request::resource("*", "*", "*"));
        let all: NumberSet<&Subject> = everything.iter().map(|holder| &holder.subject).collect();
        let stays = |namespace: &Name| {
            let name = made.names.text(*namespace);
            ["update", "patch"].iter().all(|verb| {
                let request = Request::resource(verb, "", "namespaces").in_namespace(name).named(name);
                self.rbac.who_can(&request).iter().all(|holder| all.contains(&holder.subject))
            })
        };
        namespaces.into_iter().filter(stays).collect()
    }

    /// What every path to each sink goes through, in words.
    fn dominated(&self, starts: &[u32], sinks: &[u32]) -> BTreeMap<String, Vec<String>> {
        let made = self.made();
        let search = Search::new(&made.graph, Without::default(), ThroughAdmin::Ends);
        let mut scratch = made.graph.scratch();
        let mut dominated = BTreeMap::new();
        for sink in sinks {
            let chain = dominators(&search, starts, *sink, &mut scratch);
            let words: Vec<String> =
                chain.into_iter().map(|id| self.label(id)).filter(|word| !word.is_empty()).collect();
            if !words.is_empty() {
                dominated.insert(made.word(*sink), words);
            }
        }
        dominated
    }

    /// The object and field of an element, and what to do there.
    fn place_of(&self, element: Element) -> (String, String, String) {
        let made = self.made();
        match element {
            Element::Binding(id) => {
                let place = words::evidence_of(self, made, id);
                let what = "remove the binding, or bind a role with fewer rights".to_owned();
                place.map(|place| (place.object, place.route, what)).unwrap_or_default()
            }
            Element::Rule(role, rule) => {
                let place = words::rule_place(self, made, role, rule);
                let what = "remove the rule, or restrict it".to_owned();
                place.map(|place| (place.object, place.route, what)).unwrap_or_default()
            }
            Element::Field(primitive, evidence) => {
                let place = words::place(self, made, evidence);
                (place.object, place.route, primitive.fix().to_owned())
            }
            Element::Label(namespace) => {
                let object = format!("Namespace/{}", made.names.text(namespace));
                (object, "metadata.labels".to_owned(), Primitive::A05.fix().to_owned())
            }
        }
    }
}
