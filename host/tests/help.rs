//! The smallest whole-program test. It also makes cargo build the program before the tests that run it.

use std::process::Command;

#[test]
fn the_program_says_what_it_is_for() {
    let output = Command::new(env!("CARGO_BIN_EXE_precheck")).arg("--help").output().unwrap();
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for command in ["run", "validate", "list", "inspect"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(command)), "{help}");
    }
}
