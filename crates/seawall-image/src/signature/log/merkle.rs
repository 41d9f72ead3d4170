//! Inclusion in a Merkle tree (RFC 6962, 2.1; RFC 9162, 2.1.3.2).

use crate::signature::key::sha256;

/// The hash of an entry.
pub(crate) fn leaf_hash(body: &[u8]) -> Vec<u8> {
    sha256(&[&[0], body].concat())
}

fn node_hash(left: &[u8], right: &[u8]) -> Vec<u8> {
    sha256(&[&[1], left, right].concat())
}

/// The root of the tree of `size` leaves in which the leaf stands at `index`, by its proof; `None` when the proof has not
/// exactly the hashes that this place needs.
pub(crate) fn root_of_inclusion(index: u64, size: u64, leaf: Vec<u8>, proof: &[Vec<u8>]) -> Option<Vec<u8>> {
    if index >= size {
        return None;
    }
    let (mut place, mut last) = (index, size - 1);
    let mut root = leaf;
    for hash in proof {
        if last == 0 || hash.len() != 32 {
            return None;
        }
        if place & 1 == 1 || place == last {
            root = node_hash(hash, &root);
            // A lone last node is its own parent until it is a right child.
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(&root, hash);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The tree by its definition (RFC 6962, 2.1): the root, and the proof of a leaf.
    fn tree(leaves: &[Vec<u8>], index: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
        if let [leaf] = leaves {
            return (leaf_hash(leaf), Vec::new());
        }
        let split = (leaves.len() - 1).next_power_of_two().max(2)
            / if leaves.len().is_power_of_two() { 2 } else { 1 };
        let split = if split >= leaves.len() { split / 2 } else { split };
        let (left, right) = leaves.split_at(split);
        let ((left, left_proof), (right, right_proof)) =
            (tree(left, index.min(split - 1)), tree(right, index.saturating_sub(split)));
        let root = node_hash(&left, &right);
        if index < split {
            (root, [left_proof, vec![right]].concat())
        } else {
            (root, [right_proof, vec![left]].concat())
        }
    }

    fn leaves(count: usize) -> Vec<Vec<u8>> {
        (0..count).map(|number| number.to_be_bytes().to_vec()).collect()
    }

    #[test]
    fn every_leaf_of_small_trees_is_proven() {
        for size in 1..=33_usize {
            for index in 0..size {
                let (root, proof) = tree(&leaves(size), index);
                let leaf = leaf_hash(&index.to_be_bytes());
                let proven = |index: usize, size: usize, proof: &[Vec<u8>]| {
                    root_of_inclusion(index as u64, size as u64, leaf.clone(), proof).as_ref() == Some(&root)
                };
                assert!(proven(index, size, &proof), "{index} of {size}");
                assert!(!proven(size, size, &proof));
                assert!(!proven(index + 1, size, &proof) || size == 1);
                let longer = [proof.clone(), vec![vec![0; 32]]].concat();
                assert!(!proven(index, size, &longer));
                if !proof.is_empty() {
                    assert!(!proven(index, size, &proof[1..]));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_flipped_bit_is_proven(size in 2..200_usize, at: prop::sample::Index, place: prop::sample::Index, bit in 0..8) {
            let index = at.index(size);
            let (root, mut proof) = tree(&leaves(size), index);
            let which = place.index(proof.len() * 32);
            proof[which / 32][which % 32] ^= 1_u8 << bit;
            let leaf = leaf_hash(&index.to_be_bytes());
            prop_assert_ne!(root_of_inclusion(index as u64, size as u64, leaf, &proof), Some(root));
        }
    }
}
