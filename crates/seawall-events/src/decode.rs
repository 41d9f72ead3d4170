//! From JSON to an event.

use std::borrow::Cow;

use crate::event::Body;
use crate::json::{Fault, Scanner};
use crate::{Event, Level, ObjectRef, Stage, Time, User};

/// Keys with their texts.
type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// What one JSON object turned out to be.
pub(crate) enum Record<'a> {
    /// An event, and the first field that had a wrong type and was left out.
    Event(Box<Event<'a>>, Option<&'static str>),
    /// A list; its items went to the caller.
    List,
    /// Something else: why it is no audit event.
    Other(&'static str),
}

/// Reads one object; the items of a list are given to `item`, each with the offset at which it begins.
pub(crate) fn record<'a>(
    scanner: &mut Scanner<'a>,
    item: &mut dyn FnMut(Record<'a>, usize),
) -> Result<Record<'a>, Fault> {
    let mut event = Event::default();
    let mut fields = Fields::default();
    let mut list = false;
    let mut version: Option<Cow<'a, str>> = None;
    scanner.object(|scanner, key| {
        match key {
            "apiVersion" => version = fields.text(scanner, "apiVersion")?,
            // The items of a list are no lists: this goes one level down and no further.
            "items" if scanner.peek() == Some(b'[') => {
                list = true;
                scanner.list(|scanner| {
                    scanner.peek();
                    let at = scanner.at();
                    let record = if scanner.peek() == Some(b'{') {
                        record_flat(scanner)?
                    } else {
                        scanner.skip()?;
                        Record::Other("an item of the list is no object")
                    };
                    item(record, at);
                    Ok(())
                })?;
            }
            _ => fields.event(scanner, key, &mut event)?,
        }
        Ok(())
    })?;
    Ok(if list { Record::List } else { finish(event, version.as_deref(), fields) })
}

fn record_flat<'a>(scanner: &mut Scanner<'a>) -> Result<Record<'a>, Fault> {
    let mut event = Event::default();
    let mut fields = Fields::default();
    let mut version: Option<Cow<'a, str>> = None;
    scanner.object(|scanner, key| match key {
        "apiVersion" => {
            version = fields.text(scanner, "apiVersion")?;
            Ok(())
        }
        _ => fields.event(scanner, key, &mut event),
    })?;
    Ok(finish(event, version.as_deref(), fields))
}

fn finish<'a>(event: Event<'a>, version: Option<&str>, fields: Fields) -> Record<'a> {
    if version.is_some_and(|version| !version.starts_with("audit.k8s.io/")) {
        return Record::Other("the record is no audit event: its `apiVersion` is not of `audit.k8s.io`");
    }
    if event.audit_id.is_empty() {
        return Record::Other("the record is no audit event: it has no `auditID`");
    }
    Record::Event(Box::new(event), fields.odd)
}

/// Reads fields and remembers the first that had a wrong type.
#[derive(Default)]
struct Fields {
    odd: Option<&'static str>,
}

impl Fields {
    fn event<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        key: &str,
        event: &mut Event<'a>,
    ) -> Result<(), Fault> {
        match key {
            "auditID" => self.set(scanner, "auditID", &mut event.audit_id)?,
            "verb" => self.set(scanner, "verb", &mut event.verb)?,
            "requestURI" => self.set(scanner, "requestURI", &mut event.request_uri)?,
            "userAgent" => self.set(scanner, "userAgent", &mut event.user_agent)?,
            "level" => {
                event.level = match self.text(scanner, "level")?.as_deref() {
                    Some("Metadata") => Level::Metadata,
                    Some("Request") => Level::Request,
                    Some("RequestResponse") => Level::RequestResponse,
                    _ => Level::None,
                }
            }
            "stage" => {
                event.stage = match self.text(scanner, "stage")?.as_deref() {
                    Some("RequestReceived") => Stage::RequestReceived,
                    Some("ResponseStarted") => Stage::ResponseStarted,
                    Some("ResponseComplete") => Stage::ResponseComplete,
                    Some("Panic") => Stage::Panic,
                    _ => Stage::Unknown,
                }
            }
            "requestReceivedTimestamp" => event.received = self.time(scanner, "requestReceivedTimestamp")?,
            "stageTimestamp" => event.stage_time = self.time(scanner, "stageTimestamp")?,
            // v1beta1 before 1.12 had one time for all.
            "timestamp" => {
                let time = self.time(scanner, "timestamp")?;
                if event.stage_time.micros.is_none() {
                    event.stage_time = time;
                }
            }
            "user" => event.user = self.user(scanner, "user")?.unwrap_or_default(),
            "impersonatedUser" => event.impersonated = self.user(scanner, "impersonatedUser")?.map(Box::new),
            "objectRef" => event.object = self.object_ref(scanner)?,
            "responseStatus" => self.status(scanner, event)?,
            "sourceIPs" => event.source_ips = self.texts(scanner, "sourceIPs")?,
            "annotations" => event.annotations = self.map(scanner, "annotations")?,
            "requestObject" => event.request_body = scanner.raw()?.map(Body),
            "responseObject" => event.response_body = scanner.raw()?.map(Body),
            _ => scanner.skip()?,
        }
        Ok(())
    }

    /// Whether a value of this kind comes; what else comes is passed over, `null` without a word.
    fn is(&mut self, scanner: &mut Scanner<'_>, first: u8, name: &'static str) -> Result<bool, Fault> {
        match scanner.peek() {
            Some(byte) if byte == first => return Ok(true),
            Some(b'n') | None => {}
            Some(_) => {
                self.odd.get_or_insert(name);
            }
        }
        scanner.skip()?;
        Ok(false)
    }

    fn text<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        name: &'static str,
    ) -> Result<Option<Cow<'a, str>>, Fault> {
        if self.is(scanner, b'"', name)? { scanner.string().map(Some) } else { Ok(None) }
    }

    fn set<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        name: &'static str,
        to: &mut Cow<'a, str>,
    ) -> Result<(), Fault> {
        *to = self.text(scanner, name)?.unwrap_or_default();
        Ok(())
    }

    fn time<'a>(&mut self, scanner: &mut Scanner<'a>, name: &'static str) -> Result<Time<'a>, Fault> {
        let time = self.text(scanner, name)?.map(Time::new).unwrap_or_default();
        if time.micros.is_none() && !time.text.is_empty() {
            self.odd.get_or_insert(name);
        }
        Ok(time)
    }

    fn texts<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        name: &'static str,
    ) -> Result<Vec<Cow<'a, str>>, Fault> {
        let mut texts = Vec::new();
        if self.is(scanner, b'[', name)? {
            scanner.list(|scanner| {
                texts.extend(self.text(scanner, name)?);
                Ok(())
            })?;
        }
        Ok(texts)
    }

    fn map<'a>(&mut self, scanner: &mut Scanner<'a>, name: &'static str) -> Result<Pairs<'a>, Fault> {
        let mut map = Vec::new();
        if self.is(scanner, b'{', name)? {
            scanner.object_keys(|scanner, key| {
                map.extend(self.text(scanner, name)?.map(|value| (key, value)));
                Ok(())
            })?;
        }
        Ok(map)
    }

    fn user<'a>(&mut self, scanner: &mut Scanner<'a>, name: &'static str) -> Result<Option<User<'a>>, Fault> {
        let mut user = User::default();
        if !self.is(scanner, b'{', name)? {
            return Ok(None);
        }
        scanner.object(|scanner, key| {
            match key {
                "username" => self.set(scanner, name, &mut user.username)?,
                "uid" => self.set(scanner, name, &mut user.uid)?,
                "groups" => user.groups = self.texts(scanner, name)?,
                "extra" if self.is(scanner, b'{', name)? => scanner.object_keys(|scanner, key| {
                    user.extra.push((key, self.texts(scanner, name)?));
                    Ok(())
                })?,
                "extra" => {}
                _ => scanner.skip()?,
            }
            Ok(())
        })?;
        Ok(Some(user))
    }

    fn object_ref<'a>(&mut self, scanner: &mut Scanner<'a>) -> Result<Option<Box<ObjectRef<'a>>>, Fault> {
        const NAME: &str = "objectRef";
        let mut object = Box::<ObjectRef<'a>>::default();
        if !self.is(scanner, b'{', NAME)? {
            return Ok(None);
        }
        scanner.object(|scanner, key| match key {
            "resource" => self.set(scanner, NAME, &mut object.resource),
            "subresource" => self.set(scanner, NAME, &mut object.subresource),
            "apiGroup" => self.set(scanner, NAME, &mut object.group),
            "apiVersion" => self.set(scanner, NAME, &mut object.version),
            "namespace" => self.set(scanner, NAME, &mut object.namespace),
            "name" => self.set(scanner, NAME, &mut object.name),
            _ => scanner.skip(),
        })?;
        Ok(Some(object))
    }

    fn status<'a>(&mut self, scanner: &mut Scanner<'a>, event: &mut Event<'a>) -> Result<(), Fault> {
        const NAME: &str = "responseStatus";
        if !self.is(scanner, b'{', NAME)? {
            return Ok(());
        }
        scanner.object(|scanner, key| match key {
            "code" if matches!(scanner.peek(), Some(b'-' | b'0'..=b'9')) => {
                // A code of 0 is what a server writes that sent none.
                let code = scanner.integer()?.and_then(|code| u16::try_from(code).ok());
                event.code = code.filter(|code| *code != 0);
                Ok(())
            }
            "reason" => self.set(scanner, NAME, &mut event.reason),
            _ => scanner.skip(),
        })
    }
}
