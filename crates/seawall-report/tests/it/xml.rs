//! A strict reader of XML 1.0 without namespaces and document types, to prove that reports are well-formed.

/// An element with what is in it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    /// All text directly in it.
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        self.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}")).parse().unwrap()
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// Reads a document with a declaration and one element, or says what is wrong with it.
pub(crate) fn read(text: &str) -> Result<Element, String> {
    // Production 2, `Char`.
    let is_char = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if let Some(c) = text.chars().find(|c| !is_char(*c)) {
        return Err(format!("{c:?} is no character of XML"));
    }
    let mut rest = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").ok_or("no declaration")?;
    rest = rest.trim_start();
    let root = element(&mut rest)?;
    if rest.trim().is_empty() { Ok(root) } else { Err(format!("after the end: {rest:.40}")) }
}

fn element(rest: &mut &str) -> Result<Element, String> {
    *rest = rest.strip_prefix('<').ok_or_else(|| format!("no element: {rest:.40}"))?;
    let mut element = Element { name: name(rest)?, ..Element::default() };
    loop {
        let spaced = rest.starts_with([' ', '\n']);
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            *rest = after;
            return Ok(element);
        }
        if let Some(after) = rest.strip_prefix('>') {
            *rest = after;
            break;
        }
        if !spaced {
            return Err(format!("attributes touch: {rest:.40}"));
        }
        let own = name(rest)?;
        *rest = rest.strip_prefix("=\"").ok_or_else(|| format!("no value: {rest:.40}"))?;
        let (value, after) = rest.split_once('"').ok_or("an attribute has no end")?;
        *rest = after;
        if element.get(&own).is_some() {
            return Err(format!("`{own}` twice"));
        }
        element.attributes.push((own, unescape(value)?));
    }
    loop {
        let (text, _) = rest.split_once('<').ok_or_else(|| format!("`{}` has no end", element.name))?;
        if text.contains("]]>") {
            return Err("`]]>` in text".to_owned());
        }
        element.text.push_str(&unescape(text)?);
        *rest = &rest[text.len()..];
        if let Some(after) = rest.strip_prefix("</") {
            let after = after.strip_prefix(element.name.as_str()).and_then(|after| after.strip_prefix('>'));
            *rest = after.ok_or_else(|| format!("`{}` is ended by {rest:.40}", element.name))?;
            return Ok(element);
        }
        element.children.push(self::element(rest)?);
    }
}

fn name(rest: &mut &str) -> Result<String, String> {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
    if end == 0 {
        return Err(format!("no name: {rest:.40}"));
    }
    let name = rest[..end].to_owned();
    *rest = &rest[end..];
    Ok(name)
}

fn unescape(text: &str) -> Result<String, String> {
    if text.contains('<') {
        return Err(format!("`<` in a value: {text:.40}"));
    }
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let (entity, after) = part.split_once(';').ok_or("`&` that begins no entity")?;
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            other => return Err(format!("an entity `{other:.20}`")),
        });
        out.push_str(after);
    }
    Ok(out)
}

/// A reader that takes everything proves nothing.
#[test]
fn what_is_not_well_formed_is_refused() {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    assert!(read(&format!("{head}<a b=\"&lt;\">x<c/>&amp;</a>\n")).is_ok());
    for wrong in [
        "<a>",
        "<a></b>",
        "<a b=c/>",
        "<a b=\"\" b=\"\"/>",
        "<a b=\"<\"/>",
        "<a>&</a>",
        "<a>&nbsp;</a>",
        "<a>]]></a>",
        "<a/><b/>",
        "<a>\u{1}</a>",
        "<a>\u{ffff}</a>",
        "<a b=\"\"c=\"\"/>",
        "text",
    ] {
        assert!(read(&format!("{head}{wrong}")).is_err(), "{wrong}");
    }
    assert!(read("<a/>").is_err(), "no declaration");
}
