//! The Rego of a template, compiled once.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroUsize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use regorus::unstable::{Module, Parser, Ref};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, PolicyLengthConfig, Rc, Value};

use super::builtins;
use super::check::{self, Source, Uses};
use super::rewrite;
use super::shape;
use super::written::{self, Written};
use crate::fault::Fault;

/// The longest text of a module, in bytes, lines, and characters of a line.
const MOST_BYTES: usize = 1 << 18;
const MOST_LINES: usize = 8192;
const MOST_COLUMNS: u32 = 4096;
/// Turns of [`rewrite::negations`]: each does one level of nesting.
const MOST_TURNS: usize = shape::DEEPEST + 2;
/// Engines kept for the next request.
const MOST_SPARE: usize = 32;
/// Work between two looks at the clock.
const CHECK_EVERY: u32 = 256;

/// One violation, as Gatekeeper takes it: repeats of text and details count once.
pub(crate) type Violations = BTreeSet<(String, Value)>;

/// A compiled template.
pub(crate) struct Program {
    /// Ready to run; copied, never run.
    engine: Engine,
    rule: String,
    /// Copies that ran before: the making of one costs more than most runs.
    spare: Mutex<Vec<Engine>>,
    uses: Uses,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("rule", &self.rule).field("uses", &self.uses).finish_non_exhaustive()
    }
}

impl Program {
    /// Compiles the text with `violation` and its libraries. `v1` chooses the syntax; a run ends after `time`.
    ///
    /// # Errors
    /// Everything that is not understood, or that the engine cannot do.
    pub(crate) fn compile(texts: &[Written<'_>], v1: bool, time: Duration) -> Result<Self, Vec<Fault>> {
        let made = catch_unwind(AssertUnwindSafe(|| Self::compiled(texts, v1, time)));
        made.unwrap_or_else(|_| {
            let first = texts.first().map(|text| text.fault(1, 1, "Rego: the engine broke on this text"));
            Err(first.into_iter().collect())
        })
    }

    fn compiled(texts: &[Written<'_>], v1: bool, time: Duration) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut sources = Vec::new();
        for (place, written) in texts.iter().enumerate() {
            if let Err((line, why)) = shape::check(written.text) {
                faults.push(written.fault(line, 1, format!("Rego: {why}")));
                continue;
            }
            match apart(place, written.text, v1) {
                Ok((text, module)) => sources.push(Source { written: *written, text, module }),
                Err(said) => faults.push(written.engine_fault(&said)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let uses = check::check(&sources)?;
        let mut engine = Engine::new();
        engine.set_rego_v0(!v1);
        engine.set_policy_length_config(lengths());
        // Loosely, an error in one body of a function would be passed over when another body holds.
        engine.set_strict_builtin_errors(true);
        engine.set_gather_prints(true);
        let every = NonZeroU32::new(CHECK_EVERY).unwrap_or(NonZeroU32::MIN);
        engine.set_execution_timer_config(ExecutionTimerConfig { limit: time, check_interval: every });
        let fault = |said: &str| {
            let place = said.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
            let place = place.and_then(|line| line.split(':').next()?.parse::<usize>().ok());
            let written = place.and_then(|place| texts.get(place)).or(texts.first());
            written.map(|written| written.engine_fault(said)).into_iter().collect::<Vec<_>>()
        };
        for (place, source) in sources.iter().enumerate() {
            let text = rewritten(place, source, v1).map_err(|said| fault(&said))?;
            engine.add_policy(place.to_string(), text).map_err(|error| fault(&error.to_string()))?;
        }
        for name in &uses.builtins {
            builtins::guard(&mut engine, name).map_err(|said| fault(&said))?;
        }
        let package = sources.first().map(|source| check::package(&source.module)).unwrap_or_default();
        let rule = format!("{package}.violation");
        engine
            .compile_with_entrypoint(&Rc::from(rule.as_str()))
            .map_err(|error| fault(&error.to_string()))?;
        Ok(Program { engine, rule, spare: Mutex::new(Vec::new()), uses })
    }

    /// The kinds that it reads from the inventory; `None` for one that only a run tells.
    pub(crate) fn inventory(&self) -> &[Option<String>] {
        &self.uses.inventory
    }

    /// Whether it looks at the namespace of the object.
    pub(crate) fn reads_namespace(&self) -> bool {
        self.uses.namespace
    }

    /// Whether it may look at the object as it was before.
    pub(crate) fn reads_old_object(&self) -> bool {
        self.uses.old_object
    }

    /// What violates the template.
    ///
    /// # Errors
    /// Why there is no verdict.
    pub(crate) fn run(&self, input: Value) -> Result<Violations, String> {
        _ = builtins::spoiled();
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut engine = spare.unwrap_or_else(|| self.engine.clone());
            engine.set_input(input);
            let said = engine.eval_rule(self.rule.clone()).map_err(|error| error.to_string());
            _ = engine.take_prints();
            engine.set_input(Value::Undefined);
            (said, engine)
        }));
        let spoiled = builtins::spoiled();
        let Ok((said, engine)) = ran else { return Err("the engine of Rego broke".to_owned()) };
        if said.is_ok() {
            let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.len() < MOST_SPARE {
                spare.push(engine);
            }
        }
        match (spoiled, said) {
            (Some(why), _) => Err(why),
            (None, Err(said)) => Err(format!("Rego failed: {}", written::essence(&said))),
            (None, Ok(value)) => violations(&value),
        }
    }
}

/// Reads what `violation` came to.
///
/// Source: `hookModuleRego` (`pkg/client/drivers/rego/rego.go`) and `ToResult` (`pkg/client/drivers/to_result.go`). There, a
/// violation without `msg` is dropped without a word; here it is no verdict.
fn violations(value: &Value) -> Result<Violations, String> {
    let one = |value: &Value| match &value["msg"] {
        Value::String(text) => Ok((text.to_string(), value["details"].clone())),
        Value::Undefined => Err("a violation has no `msg`, so Gatekeeper would drop it".to_owned()),
        _ => Err("the `msg` of a violation is no text".to_owned()),
    };
    match value {
        Value::Undefined => Ok(Violations::new()),
        Value::Set(values) => values.iter().map(one).collect(),
        Value::Array(values) => values.iter().map(one).collect(),
        Value::Object(values) => values.values().map(one).collect(),
        _ => Err("`violation` is no set".to_owned()),
    }
}

fn parse(place: usize, text: &str, v1: bool) -> Result<Ref<Module>, String> {
    let lengths = lengths();
    let source = regorus::Source::from_contents_with_limits(
        place.to_string(),
        text.to_owned(),
        lengths.max_file_bytes,
        lengths.max_lines,
    );
    let source = source.map_err(|error| error.to_string())?;
    let mut parser = Parser::new(&source).map_err(|error| error.to_string())?;
    parser.set_max_col(lengths.max_col);
    if v1 {
        parser.enable_rego_v1().map_err(|error| error.to_string())?;
    }
    Ok(Ref::new(parser.parse().map_err(|error| error.to_string())?))
}

fn lengths() -> PolicyLengthConfig {
    let size = |size| NonZeroUsize::new(size).unwrap_or(NonZeroUsize::MIN);
    PolicyLengthConfig {
        max_col: NonZeroU32::new(MOST_COLUMNS).unwrap_or(NonZeroU32::MIN),
        max_file_bytes: size(MOST_BYTES),
        max_lines: size(MOST_LINES),
    }
}

/// A module with its statements apart, and its text.
fn apart(place: usize, text: &str, v1: bool) -> Result<(String, Ref<Module>), String> {
    let mut text = match v1 {
        true => text.to_owned(),
        false => shape::one_body_a_head(text),
    };
    let mut module = parse(place, &text, v1)?;
    for _ in 0..MOST_TURNS {
        let Some(other) = rewrite::statements(&module, &text) else { break };
        module = parse(place, &other, v1)?;
        text = other;
    }
    Ok((text, module))
}

/// The text of a module as the engine gets it.
fn rewritten(place: usize, source: &Source<'_>, v1: bool) -> Result<String, String> {
    let mut text = source.text.clone();
    if let Some(other) = rewrite::names(&source.module, &text) {
        text = other;
    }
    let mut made = 0;
    for _ in 0..MOST_TURNS {
        let module = parse(place, &text, v1)?;
        match rewrite::negations(&module, &text, &mut made) {
            Some(other) => text = other,
            None => break,
        }
    }
    Ok(text)
}
