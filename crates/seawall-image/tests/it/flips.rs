//! Any single bit that was signed, by whomever, is missed.

use proptest::prelude::*;
use seawall_core::ImageReference;
use seawall_image::signature::{Bundle, Certificate, Limits, TrustedRoot};
use seawall_yaml::decode_base64;
use serde_json::Value;

use crate::world::key::base64;
use crate::world::{Kind, Signing, World};

/// Every place of a bundle with signed bytes or with the proof of them, as JSON pointers.
fn places(bundle: &Value) -> Vec<String> {
    let mut places = Vec::new();
    collect(bundle, String::new(), &mut places);
    places.retain(|place| {
        // The media type is checked by word, the hint at a key is nobody's.
        let signed =
            ["/rawBytes", "/signature", "/sig", "/payload", "/digest", "/rootHash", "/canonicalizedBody"];
        place.contains("/hashes/")
            || place.ends_with("/signedEntryTimestamp")
            || place.ends_with("/signedTimestamp")
            || place.ends_with("/logId/keyId")
            || signed.iter().any(|end| place.ends_with(end))
    });
    places
}

fn collect(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| collect(value, format!("{at}/{name}"), places));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, item)| collect(item, format!("{at}/{place}"), places));
        }
        Value::String(_) => places.push(at),
        _ => {}
    }
}

fn flipped(bundle: &Value, place: &str, at: prop::sample::Index, bit: u8) -> Value {
    let mut bundle = bundle.clone();
    let text = bundle.pointer_mut(place).unwrap();
    let mut bytes = decode_base64(text.as_str().unwrap()).unwrap();
    let at = at.index(bytes.len());
    bytes[at] ^= 1 << bit;
    *text = base64(&bytes).into();
    bundle
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_flipped_bit_is_accepted(at: prop::sample::Index, bit in 0_u8..8) {
        let world = World::new();
        for kind in [Kind::HashedRekord1, Kind::Intoto2, Kind::Dsse1, Kind::HashedRekord2, Kind::Dsse2] {
            let bundle = world.sign(&Signing::new(kind));
            let verified = world.verify(&bundle);
            prop_assert!(verified.is_ok());
            let places = places(&bundle);
            prop_assert!(places.len() >= 8);
            for place in &places {
                let changed = flipped(&bundle, place, at, bit);
                let result = world.verify(&changed);
                // A timestamp has bytes that its signature does not cover; they may change nothing.
                let same = place.ends_with("/signedTimestamp") && result == verified;
                prop_assert!(result.is_err() || same, "{:?} {}", kind, place);
            }
        }
    }

    #[test]
    fn no_shortened_part_is_accepted(at: prop::sample::Index, tail: Vec<u8>) {
        let world = World::new();
        for kind in [Kind::HashedRekord1, Kind::Intoto2, Kind::Dsse1, Kind::HashedRekord2, Kind::Dsse2] {
            let bundle = world.sign(&Signing::new(kind));
            for place in &places(&bundle) {
                let mut changed = bundle.clone();
                let text = changed.pointer_mut(place).unwrap();
                let whole = decode_base64(text.as_str().unwrap()).unwrap();
                let kept = &whole[..at.index(whole.len())];
                let spliced = [kept, &tail].concat();
                if spliced != whole {
                    *text = base64(&spliced).into();
                    prop_assert!(world.verify(&changed).is_err(), "{:?} {}", kind, place);
                }
            }
        }
    }

    #[test]
    fn nothing_panics_on_texts(text: String) {
        let limits = Limits::default();
        prop_assert!(Bundle::read(&text, &limits).is_err());
        prop_assert!(TrustedRoot::read(&text, &limits).is_err());
        prop_assert!(Certificate::from_der(text.as_bytes()).is_err());
        if let Some(image) = ImageReference::parse(&text) {
            image.is_well_formed();
            prop_assert!(!image.full_names().is_empty());
        }
    }

    #[test]
    fn no_changed_character_of_a_checkpoint_is_accepted(at: prop::sample::Index, with in "[0-9a-z/+]") {
        let world = World::new();
        for kind in [Kind::HashedRekord1, Kind::HashedRekord2] {
            let mut bundle = world.sign(&Signing::new(kind));
            let note = bundle.pointer_mut("/verificationMaterial/tlogEntries/0/inclusionProof/checkpoint/envelope");
            let note = note.unwrap();
            let text = note.as_str().unwrap().to_owned();
            let mut characters: Vec<char> = text.chars().collect();
            let place = at.index(characters.len());
            let with = with.chars().next().unwrap();
            // The last digit of base64 may hold bits that mean nothing.
            let padded = characters.get(place + 1).is_some_and(|next| *next == '=');
            if characters[place] != with && characters[place] != '=' && !padded {
                characters[place] = with;
                *note = characters.into_iter().collect::<String>().into();
                prop_assert!(world.verify(&bundle).is_err(), "{}", bundle);
            }
        }
    }
}
