//! Flows through a network of arcs with room, and the cut that the largest flow leaves (Dinic's algorithm).

use std::collections::VecDeque;

/// An arc. Its twin in the other direction has the number beside it.
#[derive(Clone)]
struct Arc<T> {
    to: usize,
    room: u64,
    element: Option<T>,
}

/// A network in which arcs may stand for things that can be taken away.
#[derive(Clone)]
pub(super) struct Net<T> {
    arcs: Vec<Arc<T>>,
    out: Vec<Vec<usize>>,
}

impl<T: Copy + Ord> Net<T> {
    pub(super) fn new() -> Self {
        Net { arcs: Vec::new(), out: Vec::new() }
    }

    /// How much there is to walk through.
    pub(super) fn size(&self) -> usize {
        self.arcs.len() + self.out.len()
    }

    pub(super) fn node(&mut self) -> usize {
        self.out.push(Vec::new());
        self.out.len() - 1
    }

    pub(super) fn arc(&mut self, from: usize, to: usize, price: u64, element: Option<T>) {
        let number = self.arcs.len();
        self.arcs.push(Arc { to, room: price, element });
        self.arcs.push(Arc { to: from, room: 0, element: None });
        if let Some(list) = self.out.get_mut(from) {
            list.push(number);
        }
        if let Some(list) = self.out.get_mut(to) {
            list.push(number + 1);
        }
    }

    fn levels(&self, source: usize) -> Vec<Option<u32>> {
        let mut levels = vec![None; self.out.len()];
        let mut queue = VecDeque::from([(source, 0)]);
        if let Some(level) = levels.get_mut(source) {
            *level = Some(0);
        }
        while let Some((node, depth)) = queue.pop_front() {
            for arc in self.out.get(node).into_iter().flatten().filter_map(|number| self.arcs.get(*number)) {
                if let Some(level @ None) = levels.get_mut(arc.to).filter(|_| arc.room > 0) {
                    *level = Some(depth + 1);
                    queue.push_back((arc.to, depth + 1));
                }
            }
        }
        levels
    }

    /// Pushes along one way of rising levels, depth first without recursion; returns what went through.
    fn push(&mut self, source: usize, sink: usize, levels: &[Option<u32>], next: &mut [usize]) -> u64 {
        let mut way: Vec<usize> = Vec::new();
        let mut node = source;
        loop {
            if node == sink {
                let room = way
                    .iter()
                    .filter_map(|number| self.arcs.get(*number))
                    .map(|arc| arc.room)
                    .min()
                    .unwrap_or(0);
                for number in &way {
                    if let Some(arc) = self.arcs.get_mut(*number) {
                        arc.room -= room;
                    }
                    if let Some(back) = self.arcs.get_mut(number ^ 1) {
                        back.room += room;
                    }
                }
                return room;
            }
            let level = levels.get(node).copied().flatten();
            let choice =
                self.out.get(node).and_then(|list| list.get(next.get(node).copied().unwrap_or(0))).copied();
            match choice {
                Some(number) => {
                    let Some(arc) = self.arcs.get(number) else { return 0 };
                    let deeper = levels.get(arc.to).copied().flatten();
                    if arc.room > 0 && level.is_some() && deeper == level.map(|level| level + 1) {
                        way.push(number);
                        node = arc.to;
                    } else if let Some(slot) = next.get_mut(node) {
                        *slot += 1;
                    }
                }
                None => {
                    let Some(number) = way.pop() else { return 0 };
                    node = self.arcs.get(number ^ 1).map_or(source, |back| back.to);
                    if let Some(slot) = next.get_mut(node) {
                        *slot += 1;
                    }
                }
            }
        }
    }

    /// Sends as much from `source` to `sink` as there is room for, and says how much that is.
    pub(super) fn fill(&mut self, source: usize, sink: usize) -> u64 {
        let mut sent = 0u64;
        loop {
            let levels = self.levels(source);
            if levels.get(sink).copied().flatten().is_none() {
                return sent;
            }
            let mut next = vec![0; self.out.len()];
            loop {
                let pushed = self.push(source, sink, &levels, &mut next);
                if pushed == 0 {
                    break;
                }
                sent = sent.saturating_add(pushed);
            }
        }
    }

    /// After [`Net::fill`], what stands on the arcs between what the source still reaches and the rest.
    pub(super) fn cut(&self, source: usize) -> Vec<T> {
        let side = self.levels(source);
        let on_source = |node: usize| side.get(node).copied().flatten().is_some();
        let mut elements: Vec<T> = Vec::new();
        for (number, arc) in self.arcs.iter().enumerate() {
            let from = self.arcs.get(number ^ 1).map_or(0, |back| back.to);
            if on_source(from) && !on_source(arc.to) {
                elements.extend(arc.element);
            }
        }
        elements.sort_unstable();
        elements.dedup();
        elements
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_arcs_are_the_cut() {
        let mut net: Net<char> = Net::new();
        let nodes: Vec<usize> = (0..4).map(|_| net.node()).collect();
        for (from, to, room, name) in
            [(0, 1, 9, 'a'), (0, 2, 2, 'b'), (1, 2, 1, 'c'), (1, 3, 3, 'd'), (2, 3, 9, 'e')]
        {
            net.arc(nodes[from], nodes[to], room, Some(name));
        }
        assert_eq!(net.fill(nodes[0], nodes[3]), 6);
        assert_eq!(net.cut(nodes[0]), ['b', 'c', 'd']);
    }
}
