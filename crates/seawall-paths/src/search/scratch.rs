//! The working memory of a search: arrays that are cleared in the time of what was touched.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use crate::graph::ATTENUATED;

/// How a vertex goes on to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is the target.
    Here,
    /// By the edge of this number.
    Edge(u32),
    /// Through the conjunction of this number.
    All(u32),
}

/// Distances and next steps of one search.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    distance: Vec<u32>,
    next: Vec<Next>,
    touched: Vec<u32>,
    /// By distance.
    buckets: Vec<Vec<u32>>,
    at: usize,
}

/// Farther than any way of interest: a way with eight attenuated steps is none.
const FAR: usize = 8 * ATTENUATED as usize;

/// Working memories of a graph that are not in use: new ones of a large graph cost more than most searches.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<Scratch>>);

/// How many are kept.
const KEPT: usize = 4;

impl Clone for Pool {
    /// What is borrowed is nobody's: a clone has its own.
    fn clone(&self) -> Self {
        Pool::default()
    }
}

impl Pool {
    /// One for so many vertices.
    pub(crate) fn lend(&self, vertices: usize) -> Lent<'_> {
        let kept = self.0.lock().ok().and_then(|mut kept| kept.pop());
        let mut scratch = kept.unwrap_or_default();
        scratch.clear();
        scratch.distance.resize(vertices, u32::MAX);
        scratch.next.resize(vertices, Next::Here);
        Lent { pool: self, scratch }
    }
}

/// A working memory that goes back when it is done with.
pub(crate) struct Lent<'p> {
    pool: &'p Pool,
    scratch: Scratch,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Ok(mut kept) = self.pool.0.lock()
            && kept.len() < KEPT
        {
            kept.push(std::mem::take(&mut self.scratch));
        }
    }
}

impl Deref for Lent<'_> {
    type Target = Scratch;

    fn deref(&self) -> &Scratch {
        &self.scratch
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Scratch {
        &mut self.scratch
    }
}

impl Scratch {
    pub(crate) fn clear(&mut self) {
        for vertex in self.touched.drain(..) {
            if let Some(slot) = self.distance.get_mut(vertex as usize) {
                *slot = u32::MAX;
            }
        }
        self.buckets.iter_mut().for_each(Vec::clear);
        self.at = 0;
    }

    /// Notes a way to the target when it is the shortest so far. Of equals the first stays.
    pub(crate) fn reach(&mut self, vertex: u32, distance: u32, next: Next) {
        let Some(slot) = self.distance.get_mut(vertex as usize) else { return };
        if *slot == distance && matches!(next, Next::Edge(_)) {
            // One role that holds all is told more shortly than the conjunction of its rules.
            if let Some(slot @ Next::All(_)) = self.next.get_mut(vertex as usize) {
                *slot = next;
            }
            return;
        }
        if *slot <= distance || distance as usize >= FAR {
            return;
        }
        if *slot == u32::MAX {
            self.touched.push(vertex);
        }
        *slot = distance;
        if let Some(slot) = self.next.get_mut(vertex as usize) {
            *slot = next;
        }
        if self.buckets.len() <= distance as usize {
            self.buckets.resize_with(distance as usize + 1, Vec::new);
        }
        if let Some(bucket) = self.buckets.get_mut(distance as usize) {
            bucket.push(vertex);
        }
    }

    /// The nearest vertex that has not been gone on from.
    pub(crate) fn pop(&mut self) -> Option<(u32, u32)> {
        while let Some(bucket) = self.buckets.get_mut(self.at) {
            match bucket.pop() {
                None => self.at += 1,
                Some(vertex) => {
                    let distance = u32::try_from(self.at).unwrap_or(u32::MAX);
                    if self.distance.get(vertex as usize) == Some(&distance) {
                        return Some((vertex, distance));
                    }
                }
            }
        }
        None
    }

    pub(crate) fn distance(&self, vertex: u32) -> Option<u32> {
        self.distance.get(vertex as usize).copied().filter(|distance| *distance != u32::MAX)
    }

    pub(crate) fn next(&self, vertex: u32) -> Option<Next> {
        self.distance(vertex)?;
        self.next.get(vertex as usize).copied()
    }

    /// The vertices that reach the target, in no useful order.
    pub(crate) fn touched(&self) -> impl Iterator<Item = u32> + '_ {
        self.touched.iter().copied()
    }
}
