//! Any bytes are a ZIP file whose members can be read, or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = glass_recording::fuzzing::zip_directory(bytes);
});
