//! The picture as a page: hover or click to see what belongs to a card, a box to filter.

use super::Map;
use super::svg::draw;
use super::text::xml;

const SCRIPT: &str = include_str!("script.js");
const CSS: &str = include_str!("page.css");

/// A self-contained page. Its policy lets it load nothing, whatever stands in the cluster.
pub fn html(map: &Map, title: &str) -> String {
    let mut picture = String::new();
    draw(map, title, &mut picture);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n\
         <header><label>Filter <input id=\"filter\" type=\"search\" placeholder=\"workload, namespace, port\"></label> \
         hover or click a card, a way in or a namespace</header>\n<main>\n{picture}</main>\n\
         <aside id=\"side\" aria-live=\"polite\"><p>Nothing is chosen.</p></aside>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        xml(title)
    )
}
