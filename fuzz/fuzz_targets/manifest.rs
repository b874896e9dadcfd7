//! Any bytes are a manifest or refused, and a manifest is the same after it was written again.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| glass_recording::fuzzing::manifest(bytes));
