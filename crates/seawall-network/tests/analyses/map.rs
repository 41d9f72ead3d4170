//! The map: what becomes an arrow, what becomes words, and that nothing comes through raw.

use seawall_network::exposure::entry_points;
use seawall_network::map::{End, Gate, Map, Style, build, dot, html, svg};

use crate::{cluster, deployment, policy, service};

fn map(text: &str) -> Map {
    let (network, inventory) = cluster(text);
    build(&network, &inventory, &entry_points(&inventory))
}

fn name(map: &Map, end: End) -> String {
    match end {
        End::Gateway(at) => map.gateways[at].name.clone(),
        End::Card(at) => map.cards[at].members.join("+"),
        End::Namespace(at) => format!("all of {}", map.namespaces[at].name),
    }
}

fn arrows(map: &Map) -> Vec<String> {
    let arrow = |arrow: &seawall_network::map::Arrow| {
        let mark = match arrow.style {
            Style::Allowed | Style::All => "",
            Style::Perhaps => " perhaps",
            Style::Closed => " closed",
        };
        format!("{} -> {} {}{mark}", name(map, arrow.from), name(map, arrow.to), arrow.label)
    };
    map.arrows.iter().map(arrow).collect()
}

fn chain() -> String {
    let from = |to: &str, from: &str, port: u16| {
        policy(
            "a",
            to,
            &format!(
                "{{podSelector: {{matchLabels: {{app: {to}}}}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{app: {from}}}}}}}], ports: [{{port: {port}}}]}}]}}"
            ),
        )
    };
    [
        deployment("a", "web", 8080),
        service("a", "web", ", type: LoadBalancer"),
        deployment("a", "api", 9000),
        deployment("a", "db", 5432),
        deployment("b", "one", 1),
        deployment("b", "two", 2),
        from("api", "web", 9000),
        from("db", "api", 5432),
    ]
    .concat()
}

#[test]
fn what_is_listed_is_an_arrow() {
    let map = map(&chain());
    let mut drawn = arrows(&map);
    drawn.sort();
    assert_eq!(
        drawn,
        [
            "Deployment/api -> Deployment/db TCP 5432",
            "Deployment/web -> Deployment/api TCP 9000",
            "a/web -> Deployment/web TCP 8080",
        ]
    );
    let card = |member: &str| map.cards.iter().find(|card| card.members[0] == member).unwrap();
    assert_eq!(card("Deployment/web").ingress, Gate::Open);
    assert_eq!(card("Deployment/db").ingress, Gate::Listed);
    assert_eq!(
        card("Deployment/one").members,
        ["Deployment/one", "Deployment/two"],
        "nobody can tell them apart"
    );
}

#[test]
fn what_everybody_may_is_said_in_words() {
    let text = chain()
        + &policy(
            "b",
            "p",
            "{podSelector: {matchLabels: {app: one}}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 1}]}]}",
        );
    let map = map(&text);
    let card = map.cards.iter().find(|card| card.members == ["Deployment/one"]).unwrap();
    assert_eq!(card.remarks, ["← from every open exit: TCP 1"]);
    assert_eq!(map.arrows.len(), 3, "{:?}", arrows(&map));
}

#[test]
fn a_whole_namespace_is_one_arrow() {
    let spec = "{podSelector: {matchLabels: {app: two}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}]}]}";
    let map = map(&(chain() + &policy("b", "p", spec)));
    assert!(arrows(&map).contains(&"all of a -> Deployment/two all ports".to_owned()), "{:?}", arrows(&map));
}

#[test]
fn a_way_in_that_policies_close_is_drawn_as_closed() {
    let map = map(&(chain() + &policy("a", "none", "{podSelector: {}}")));
    assert!(
        arrows(&map).contains(&"a/web -> Deployment/web TCP 8080 closed".to_owned()),
        "{:?}",
        arrows(&map)
    );
    assert_eq!(
        map.cards.iter().find(|card| card.members[0] == "Deployment/web").unwrap().ingress,
        Gate::Shut
    );
}

#[test]
fn equal_input_gives_equal_bytes() {
    let picture = || svg(&map(&chain()), "t");
    assert_eq!(picture(), picture());
    insta::assert_snapshot!("chain.svg", picture());
    insta::assert_snapshot!("chain.dot", dot(&map(&chain()), "t"));
}

#[test]
fn hostile_names_stay_text() {
    let evil = "</title></text><script>alert(1)</script>\\\"];\\u202e";
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: \"{evil}\", namespace: \"{evil}\"}}\nspec: {{containers: [{{name: c, image: i, \
         ports: [{{containerPort: 80, hostPort: 80}}]}}]}}\n---\n{}",
        chain()
    );
    let map = map(&text);
    for picture in [svg(&map, evil), html(&map, evil)] {
        assert!(!picture.contains("<script>alert"), "{picture}");
        assert!(!picture.contains('\u{202e}'));
        assert_eq!(picture.matches("<script>").count(), usize::from(picture.starts_with("<!DOCTYPE")));
    }
    let dot = dot(&map, "t");
    assert!(dot.contains("\\\"];") && !dot.contains('\u{202e}'));
}

#[test]
fn the_page_asks_nobody_for_anything() {
    let page = html(&map(&chain()), "t");
    let urls: Vec<&str> = page.match_indices("http").map(|(at, _)| page.get(at..at + 26).unwrap()).collect();
    assert!(
        urls.iter().all(|url| url.starts_with("http://www.w3.org/2000/svg") || url.starts_with("http-equiv")),
        "{urls:?}"
    );
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_part_of_the_map() {
    let map = map(&chain());
    let part = map.around(&["b".to_owned()]);
    assert_eq!(part.namespaces.len(), 1);
    assert_eq!(part.cards.len(), 1);
    assert!(part.arrows.is_empty() && part.gateways.is_empty());
    assert_eq!(map.around(&["a".to_owned()]).arrows.len(), 3);
}

#[test]
fn an_empty_cluster_is_drawn() {
    let picture = svg(&map("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"), "t");
    assert!(picture.contains("0 workloads"));
}
